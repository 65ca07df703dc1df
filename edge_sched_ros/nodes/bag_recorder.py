# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Records topics into an MCAP bag, message bytes unchanged, until SIGINT."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile

from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.nodes.arguments import OneLineParser
from edge_sched_ros.nodes.arguments import path_named
from edge_sched_ros.nodes.bag_qos import written_qos
from edge_sched_ros.nodes.intake import latest
from edge_sched_ros.nodes.recorded_qos import hears_all
from edge_sched_ros.nodes.recorded_qos import recorded_qos
from edge_sched_ros.nodes.ros_messages import message_class
from edge_sched_ros.nodes.running import one_line
from edge_sched_ros.nodes.running import own_arguments
from edge_sched_ros.nodes.running import running
from edge_sched_ros.nodes.unheard_publishers import unheard_publishers
from edge_sched_ros.pipeline.settings.resources import make_folder

#: printed once every topic has a publisher; a script may then start the player
READY = 'recording'
#: how often publishers are searched for
_LOOK_S = 0.1


class BagRecorder(Node):
    """
    Subscribes to each topic once it has a publisher, and writes what arrives.

    Requests the QoS that all publishers of a topic offer, and lowers it when a publisher appears
    that offers less. Like ``ros2 bag record``, it stores the QoS of the publishers found first,
    and the topic is played with that QoS.

    :param topics: topic name -> message type
    :param writer: an open ``rosbags`` writer
    """

    def __init__(self, topics: dict[str, str], writer: Any, **arguments: Any) -> None:
        super().__init__('bag_recorder', **arguments)
        self._writer = writer
        self._topics = dict(topics)
        #: topic -> messages written
        self.counts = dict.fromkeys(topics, 0)
        self._connections: dict[str, Any] = {}
        self._subscriptions_by_topic: dict[str, Any] = {}
        self._warned: set[str] = set()
        for topic, kind in topics.items():
            if kind not in typestore().fielddefs:
                raise ConfigError(topic, f"type '{kind}' cannot be recorded: it is not installed")
            message_class(kind, topic)
        self.create_timer(_LOOK_S, self.find_topics, clock=Clock(clock_type=ClockType.STEADY_TIME))

    @property
    def matched(self) -> bool:
        """Whether every topic has a publisher with a compatible subscription."""
        subscriptions = self._subscriptions_by_topic
        return all(topic in subscriptions for topic in self._topics) and all(
            # Humble does not report it
            not hasattr(each, 'get_publisher_count') or each.get_publisher_count()
            for each in subscriptions.values()
        )

    def find_topics(self) -> None:
        """Find the publishers, and subscribe with a QoS compatible with all of them."""
        for topic, kind in self._topics.items():
            offers = [
                info.qos_profile
                for info in self.get_publishers_info_by_topic(topic)
                if info.topic_type == kind
            ]
            if offers:
                self._note(topic, offers)
                self._hear(topic, recorded_qos(offers))
            for line in unheard_publishers(self, topic, kind, recorded_qos(offers)):
                self._warn_once(f'{topic}: no messages can be received from {line}')

    def _note(self, topic: str, offers: Iterable[QoSProfile]) -> None:
        """Add a topic to the bag, with the QoS of each of its publishers."""
        if topic not in self._connections:
            written = [written_qos(offer) for offer in offers]
            self._connections[topic] = self._writer.add_connection(
                topic, self._topics[topic], typestore=typestore(), offered_qos_profiles=written
            )

    def finish(self) -> None:
        """Add the topics without a publisher to the bag, too."""
        for topic in self._topics.keys() - self._connections.keys():
            self._note(topic, ())

    def _hear(self, topic: str, wanted: QoSProfile) -> None:
        before = self._subscriptions_by_topic.get(topic)
        if before is not None and hears_all(before.qos_profile, wanted):
            return
        self._subscriptions_by_topic[topic] = self.create_subscription(
            message_class(self._topics[topic], topic),
            topic,
            partial(self._write, topic),
            wanted,
            raw=True,
        )
        if before is not None:
            while (message := latest(before)) is not None:
                self._write(topic, message)
            self.destroy_subscription(before)

    def _warn_once(self, line: str) -> None:
        if line not in self._warned:
            self._warned.add(line)
            self.get_logger().warning(brief(line, MOST_OF_AN_ERROR))

    def _write(self, topic: str, data: bytes) -> None:
        self._writer.write(self._connections[topic], time.time_ns(), data)
        self.counts[topic] += 1


def _arguments() -> argparse.Namespace:
    parser = OneLineParser('bag_recorder', description=__doc__)
    parser.add_argument('bag', type=path_named, help='the bag to write; it must not exist')
    parser.add_argument(
        'topics', nargs='+', metavar='TOPIC:TYPE', help='topics to record, with their types'
    )
    arguments = parser.parse_args(own_arguments('bag_recorder', sys.argv[1:]))
    for topic in arguments.topics:
        if topic.count(':') != 1 or not all(topic.split(':')):
            parser.error(f"'{topic}' is not of the form TOPIC:TYPE")
    if os.path.exists(arguments.bag):
        parser.error(f'{arguments.bag} already exists')
    return arguments


def main() -> None:
    """Record until SIGINT."""
    arguments = _arguments()
    with one_line('bag_recorder'):
        make_folder(arguments.bag.parent)
        counts = _record(arguments.bag, dict(t.split(':', 1) for t in arguments.topics))
    for topic, count in counts.items():
        print(f'{topic}: {count} messages', flush=True)


def _record(bag: Path, topics: dict[str, str]) -> dict[str, int]:
    from rosbags.rosbag2 import StoragePlugin
    from rosbags.rosbag2 import Writer

    writer = Writer(bag, version=9, storage_plugin=StoragePlugin.MCAP)
    try:
        with running() as executor, writer:
            node = BagRecorder(topics, writer)
            executor.add_node(node)
            while not node.matched and not executor.interrupted:
                executor.spin_once(timeout_sec=0.05)
            print(READY, flush=True)
            executor.spin()
            node.finish()
            node.destroy_node()
    except OSError as error:
        raise ConfigError(str(bag), f'cannot be written: {error.strerror or error}') from None
    return node.counts


if __name__ == '__main__':
    main()
