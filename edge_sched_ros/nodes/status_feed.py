# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A process that writes the status of all schedulers as JSON lines, for ``edge-sched top``.

It reads changes of parameters as JSON lines on standard input: node, parameter, value.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile

from edge_sched_ros.core.brief import brief
from edge_sched_ros.msg import SchedulerStatus
from edge_sched_ros.nodes.running import own_arguments
from edge_sched_ros.nodes.running import running
from edge_sched_ros.pipeline.health.status_rows import ages_of
from edge_sched_ros.pipeline.health.status_rows import snapshot_of_status
from edge_sched_ros.pipeline.health.status_rows import waiting_of

_STATUS = 'edge_sched_ros/msg/SchedulerStatus'
_LOOK_S = 1.0
#: for how long a node that has taken a change may not answer
_ANSWER_S = 5.0
_END = '/status'


class StatusFeed(Node):
    """
    Listens to the status of every scheduler.

    :param out: where the lines go
    """

    def __init__(self, out: Any) -> None:
        super().__init__(f'edge_sched_top_{os.getpid()}', enable_rosout=False)
        self._out = out
        #: node -> its subscription
        self._heard: dict[str, Any] = {}
        #: node -> what its diagnostics say of inputs and units
        self._said: dict[str, dict[str, Mapping[str, str]]] = {}
        self.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)
        self._look()
        self.create_timer(_LOOK_S, self._look, clock=Clock(clock_type=ClockType.STEADY_TIME))

    def write(self, **line: Any) -> None:
        """Write a line."""
        self._out.write(json.dumps(line) + '\n')
        self._out.flush()

    def _look(self) -> None:
        """Subscribe to schedulers that have come."""
        for topic, kinds in self.get_topic_names_and_types():
            node = topic.removesuffix(_END)
            if _STATUS in kinds and topic.endswith(_END) and node not in self._heard:
                self._heard[node] = self.create_subscription(
                    SchedulerStatus,
                    topic,
                    lambda message, node=node: self._on_status(node, message),
                    QoSProfile(depth=2),
                )

    def _on_status(self, node: str, message: Any) -> None:
        said = self._said.get(node, {})
        snapshot = snapshot_of_status(
            node, message, ages_ms=ages_of(said), waiting=waiting_of(said)
        )
        self.write(snapshot=snapshot)

    def _on_diagnostics(self, message: Any) -> None:
        for status in message.status:
            node, found, what = status.name.partition(': ')
            if found and what.startswith(('input ', 'unit ')):
                values = {pair.key: pair.value for pair in status.values}
                self._said.setdefault(node, {})[what] = values

    def change(self, node: str, name: str, value: Any) -> None:
        """Ask a node for a change of a parameter, and write what came of it."""
        client = self.create_client(SetParametersAtomically, f'{node}/set_parameters_atomically')
        if not client.wait_for_service(timeout_sec=_LOOK_S):
            self.destroy_client(client)
            self.write(message=f'{name}: {node} does not answer')
            return
        parameter = Parameter(name, value=value).to_parameter_msg()
        future = client.call_async(SetParametersAtomically.Request(parameters=[parameter]))
        answered = threading.Event()
        future.add_done_callback(lambda _: answered.set())
        if not answered.wait(_ANSWER_S):
            future.cancel()
            self.write(message=f'{name}: {node} has not answered for {_ANSWER_S:g} s')
        elif (error := future.exception()) is not None:
            self.write(message=brief(f'{name}: {node} cannot be asked: {error}'))
        else:
            result = future.result().result
            shown = str(value).lower() if isinstance(value, bool) else value
            self.write(message=f'{name} is {shown}' if result.successful else brief(result.reason))
        self.destroy_client(client)


def _read_changes(feed: StatusFeed, interrupt: Any) -> None:
    """Carry out changes until whoever asks for them is gone."""
    for line in sys.stdin:
        wanted = json.loads(line)
        feed.change(wanted['node'], wanted['parameter'], wanted['value'])
    interrupt()


def main() -> None:
    """Run until standard input ends."""
    own_arguments('status_feed', sys.argv[1:])
    with running() as executor:
        feed = StatusFeed(sys.stdout)
        executor.add_node(feed)
        reader = threading.Thread(
            target=_read_changes,
            args=(feed, lambda: executor.interrupt(1, None)),
            daemon=True,
        )
        reader.start()
        try:
            executor.spin()
        except BrokenPipeError:
            # whoever reads is gone
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        finally:
            feed.destroy_node()


if __name__ == '__main__':
    main()
