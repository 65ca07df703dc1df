# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A device that serves a coordinator, as a node."""

from __future__ import annotations

import secrets
from typing import Any

from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node

from edge_sched_ros.core.high_level.signs_of_life import SIGN_NS
from edge_sched_ros.fleet.device.loading import load_device
from edge_sched_ros.fleet.device.server import DeviceServer
from edge_sched_ros.fleet.node_help import DEVICE_HELP
from edge_sched_ros.fleet.settings import allowed_names
from edge_sched_ros.fleet.settings import device_config
from edge_sched_ros.fleet.settings import device_name
from edge_sched_ros.fleet.settings import DEVICE_PARAMETERS
from edge_sched_ros.nodes.devices.declared import declare
from edge_sched_ros.nodes.devices.declared import judge_unknown
from edge_sched_ros.nodes.devices.ports import RosPort
from edge_sched_ros.nodes.logging_bridge import forward_logging
from edge_sched_ros.nodes.process_tuning import freeze_garbage
from edge_sched_ros.nodes.process_tuning import unfreeze_garbage
from edge_sched_ros.nodes.realtime_settings import apply_parameters
from edge_sched_ros.nodes.running import run_node

#: how often the device says that it is alive
_BEAT_S = SIGN_NS / 1e9


class DeviceNode(Node):
    """
    Loads networks, offers the units of this machine, and runs what a coordinator sends.

    :raises ConfigError: for parameters or networks that cannot be used
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__('device', **arguments)
        self._stop_forwarding = forward_logging(self.get_logger())
        self._closed = False
        try:
            values = declare(self, DEVICE_PARAMETERS)
            judge_unknown(self, values)
            name = device_name(values)
            coordinators, peers = (allowed_names(values, key) for key in ('coordinators', 'peers'))
            apply_parameters(self, values.__getitem__)
            self._loaded = load_device(device_config(values))
        except BaseException:
            self._stop_forwarding()
            super().destroy_node()
            raise
        self._port = RosPort(self, count=lambda reason: self.server.count(reason))
        self.server = DeviceServer(
            name,
            networks=self._loaded.networks,
            runner=self._loaded.runner,
            port=self._port,
            instance=secrets.randbits(63),
            lease_ns=round(values['lease_ms'] * 1e6),
            coordinators=coordinators,
            peers=peers,
            max_pixels=values['max_image_pixels'],
            problems=self._loaded.problems,
        )
        self._port.serve_device(self.server)
        self.server.start()
        self._port.start()
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._timer = self.create_timer(_BEAT_S, self.server.tick, clock=steady)
        freeze_garbage()
        units = ', '.join(unit.name for unit in self._loaded.runner.units)
        networks = ', '.join(self._loaded.networks)
        self.get_logger().info(f"device '{name}' offers {units} for {networks}")
        if not coordinators:
            self.get_logger().info('serves any coordinator: the parameter coordinators is empty')

    def destroy_node(self) -> None:
        """Stop, free everything and leave ROS; does nothing a second time."""
        if self._closed:
            return
        self._closed = True
        self.destroy_timer(self._timer)
        self._port.stop_taking()
        self.server.stop()
        self._port.close()
        unfreeze_garbage()
        self._loaded.close()
        self._stop_forwarding()
        super().destroy_node()


def main() -> None:
    """Run the node until SIGINT, SIGTERM or SIGHUP."""
    run_node(DEVICE_HELP, DeviceNode)


if __name__ == '__main__':
    main()
