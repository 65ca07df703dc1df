# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plays a bag over DDS with ``/clock``: for development where ``ros2 bag play`` is absent."""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rclpy
from builtin_interfaces.msg import Time
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rosgraph_msgs.msg import Clock

from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.nodes.ros_messages import message_class
from edge_sched_ros.nodes.running import InterruptibleExecutor
from edge_sched_ros.nodes.running import one_line
from edge_sched_ros.nodes.running import running

_CLOCK_PERIOD_S = 0.01
#: from the first subscription that is found to the first message
_SETTLE_S = 1.0
#: printed when the first message goes out, and once a second after
STARTED = 'playing'


class BagPlayer(Node):
    """
    Publishes a bag's messages, byte for byte, at their times.

    :param bag: an open reader
    :param topics: which to play; all when empty
    :param interrupted: asked while waiting; ends the playing when it is so
    """

    def __init__(
        self,
        bag: Any,
        topics: list[str],
        *,
        clock: bool,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__('bag_player')
        self._bag = bag
        self._interrupted = interrupted
        qos = QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)
        self._connections = [
            connection
            for connection in bag.connections
            if not topics or connection.topic in topics
        ]
        missing = sorted(set(topics) - {c.topic for c in self._connections})
        if missing:
            raise ConfigError(missing[0], 'the bag has no such topic')
        self._publishers_by_topic = {
            c.topic: self.create_publisher(message_class(c.msgtype, c.topic), c.topic, qos)
            for c in self._connections
        }
        self._clock_publisher = self.create_publisher(Clock, '/clock', 10) if clock else None

    @property
    def heard(self) -> bool:
        """Whether somebody listens to one of the topics."""
        return any(p.get_subscription_count() for p in self._publishers_by_topic.values())

    def hold_clock(self) -> None:
        """Say that it is the time of the first message."""
        self._publish_clock(self._bag.start_time)

    def play(self, rate: float) -> int:
        """Publish everything once and return the number of messages."""
        begin_ns = self._bag.start_time
        started = reported = time.monotonic()
        count = 0
        for connection, at_ns, data in self._bag.messages(connections=self._connections):
            if self._interrupted():
                raise ExternalShutdownException
            due = started + (at_ns - begin_ns) / 1e9 / rate
            self._wait_until(due, rate, at_ns)
            self._publish_clock(at_ns)
            self._publishers_by_topic[connection.topic].publish(bytes(data))
            count += 1
            if time.monotonic() - reported >= 1.0 or count == 1:
                reported = time.monotonic()
                print(f'{STARTED} {(at_ns - begin_ns) / 1e9:.1f} s', flush=True)
        return count

    def _wait_until(self, due: float, rate: float, at_ns: int) -> None:
        """Sleep until a message is due, the clock ticking meanwhile and never going past it."""
        while (left := due - time.monotonic()) > 0:
            if self._interrupted():
                raise ExternalShutdownException
            time.sleep(min(left, _CLOCK_PERIOD_S))
            left = max(0.0, due - time.monotonic())
            self._publish_clock(at_ns - round(left * rate * 1e9))

    def _publish_clock(self, time_ns: int) -> None:
        if self._clock_publisher is not None:
            seconds, nanoseconds = divmod(time_ns, 1_000_000_000)
            self._clock_publisher.publish(Clock(clock=Time(sec=seconds, nanosec=nanoseconds)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('bag', type=Path, help='folder of a rosbag2 bag (MCAP or SQLite)')
    parser.add_argument('--rate', type=float, default=1.0, help='times real time')
    parser.add_argument('--loop', action='store_true', help='start again at the end')
    parser.add_argument('--no-clock', action='store_true', help='do not publish /clock')
    parser.add_argument('--topics', nargs='+', default=[], help='play only these')
    parser.add_argument(
        '--wait',
        type=float,
        default=30.0,
        metavar='SECONDS',
        help='how long to wait for a subscriber before the first message',
    )
    arguments = parser.parse_args(rclpy.utilities.remove_ros_args(sys.argv)[1:])
    if not 0 < arguments.rate < math.inf:
        parser.error('--rate must be above zero, and finite')
    return arguments


def main() -> None:
    """Play a bag."""
    arguments = _arguments()
    with one_line('bag_player'), running() as executor, open_bag(arguments.bag) as bag:
        node = BagPlayer(
            bag,
            arguments.topics,
            clock=not arguments.no_clock,
            interrupted=lambda: executor.interrupted,
        )
        executor.add_node(node)
        _wait_until_heard(executor, node, arguments.wait)
        count = node.play(arguments.rate)
        while arguments.loop and count and not executor.interrupted:
            count += node.play(arguments.rate)
        print(f'played {count} messages', flush=True)
        # whoever is still receiving the last ones may finish
        time.sleep(0.5)
        node.destroy_node()


def _wait_until_heard(executor: InterruptibleExecutor, node: BagPlayer, wait_s: float) -> None:
    """
    Wait until somebody listens, and a moment more; the clock stands at the beginning meanwhile.

    Subscriptions of one node are found one after the other, and the clock's may be the last.
    """
    begin = time.monotonic()
    heard_s: float | None = None
    while not executor.interrupted:
        now_s = time.monotonic()
        if heard_s is None and node.heard:
            heard_s = now_s
        if heard_s is not None and now_s - heard_s >= _SETTLE_S:
            return
        if heard_s is None and now_s - begin > wait_s:
            print('nobody listens; playing all the same', flush=True)
            return
        node.hold_clock()
        executor.spin_once(timeout_sec=0.05)


if __name__ == '__main__':
    main()
