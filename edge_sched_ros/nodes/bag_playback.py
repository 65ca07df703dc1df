# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes the messages of a bag, with ``/clock``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from builtin_interfaces.msg import Time
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rosgraph_msgs.msg import Clock

from edge_sched_ros.bags.pace import Pace
from edge_sched_ros.bags.reader import Bag
from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.nodes.bag_qos import played_qos
from edge_sched_ros.nodes.ros_messages import message_class

_CLOCK_PERIOD_S = 0.01
#: printed with the first message and once a second after it
STARTED = 'playing'


class BagPlayer(Node):
    """
    Publishes a bag's messages unchanged, at their recorded times, with their recorded QoS.

    Messages of a ROS 1 bag are converted. Topics whose type is not installed are left out.

    :param bag: an open bag
    :param topics: topics to play; all when empty
    :param keep_gaps: wait through long gaps
    :param interrupted: called while waiting; playback ends when it returns true
    """

    def __init__(
        self,
        bag: Bag,
        topics: list[str],
        *,
        clock: bool,
        keep_gaps: bool = False,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__('bag_player')
        self._bag = bag
        self._keep_gaps = keep_gaps
        self._interrupted = interrupted
        named = {topic.lstrip('/') for topic in topics}
        wanted = [c for c in bag.connections if not named or c.topic.lstrip('/') in named]
        missing = sorted(named - {c.topic.lstrip('/') for c in wanted})
        if missing:
            known = ', '.join(sorted({c.topic for c in bag.connections})) or 'none'
            raise ConfigError(f'/{missing[0]}', f'the bag has no such topic (it has: {known})')
        #: topics with their types
        self._publishers_of: dict[tuple[str, str], Any] = {}
        self._connections = self._publish(wanted)
        if not self._connections:
            raise ConfigError('the bag', 'contains nothing that can be played')
        #: number of messages that could not be converted
        self.damaged = 0
        self._clock_publisher = self.create_publisher(Clock, '/clock', 10) if clock else None

    @property
    def heard(self) -> bool:
        """Whether one of the topics has a subscriber."""
        return any(p.get_subscription_count() for p in self._publishers_of.values())

    @property
    def topics(self) -> str:
        """The topics that are played, for messages."""
        return ', '.join(sorted({topic for topic, _ in self._publishers_of}))

    def _publish(self, wanted: list[Any]) -> list[Any]:
        """Make the publishers, and return the connections that can be played."""
        by_topic: dict[tuple[str, str], list[Any]] = {}
        for connection in wanted:
            by_topic.setdefault((connection.topic, connection.msgtype), []).append(connection)
        found = []
        for (topic, kind), connections in by_topic.items():
            try:
                if problem := self._bag.unlike(kind):
                    raise ConfigError(topic, problem)
                self._publishers_of[(topic, kind)] = self.create_publisher(
                    message_class(kind, topic), topic, played_qos(connections)
                )
            except ConfigError as error:
                warn(f'{error}: the topic is left out')
                continue
            found += connections
        return found

    def hold_clock(self) -> None:
        """Publish the time of the first message on ``/clock``."""
        self._publish_clock(self._bag.start_time)

    def play(self, rate: float) -> int:
        """Publish everything once and return the number of messages."""
        pace = Pace(rate, keep_gaps=self._keep_gaps, say=warn)
        started = reported = time.monotonic()
        count = 0
        for connection, at_ns, data in self._bag.messages(self._connections):
            if self._interrupted():
                raise ExternalShutdownException
            due_s = pace.due_s(at_ns)
            message = self._bytes_of(connection, data)
            self._wait_until(started + due_s, rate, at_ns)
            self._publish_clock(at_ns)
            if message is None:
                continue
            self._publishers_of[(connection.topic, connection.msgtype)].publish(message)
            count += 1
            if time.monotonic() - reported >= 1.0 or count == 1:
                reported = time.monotonic()
                print(f'{STARTED} {due_s * rate:.1f} s', flush=True)
        if self._bag.damage:
            warn(f'the bag cannot be read to its end: {self._bag.damage}')
        return count

    def _bytes_of(self, connection: Any, data: bytes) -> bytes | None:
        """Return the message to publish; ``None`` for a damaged ROS 1 message."""
        try:
            return self._bag.cdr(data, connection.msgtype)
        except Exception as error:
            if not self.damaged:
                warn(f'{connection.topic}: message left out: {brief_error(error)}')
            self.damaged += 1
            return None

    def _wait_until(self, due: float, rate: float, at_ns: int) -> None:
        """Sleep until a message is due; the clock ticks meanwhile and never passes that time."""
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


def warn(line: str) -> None:
    """Print a warning on standard error."""
    print(f'bag_player: {line}', file=sys.stderr, flush=True)
