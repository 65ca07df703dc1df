# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Records topics into an MCAP bag, message bytes as they came, until SIGINT."""

from __future__ import annotations

import argparse
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import rclpy
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy
from rclpy.qos import HistoryPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy

from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.nodes.ros_messages import message_class
from edge_sched_ros.nodes.running import one_line
from edge_sched_ros.nodes.running import running
from edge_sched_ros.pipeline.resources import make_folder

#: printed once every topic has a publisher: a script may start the player then
READY = 'recording'


class BagRecorder(Node):
    """
    Subscribes reliably to each topic and writes what comes.

    :param topics: topic name -> message type
    :param writer: an open ``rosbags`` writer
    """

    def __init__(self, topics: dict[str, str], writer: Any) -> None:
        super().__init__('bag_recorder')
        self._writer = writer
        store = typestore()
        self.topics = tuple(topics)
        #: topic -> messages written
        self.counts = dict.fromkeys(topics, 0)
        qos = QoSProfile(
            history=HistoryPolicy.KEEP_LAST,
            depth=100,
            reliability=ReliabilityPolicy.RELIABLE,
            durability=DurabilityPolicy.VOLATILE,
        )
        for topic, kind in topics.items():
            if kind not in store.fielddefs:
                raise ConfigError(topic, f"'{kind}' cannot be written into a bag here")
            connection = writer.add_connection(topic, kind, typestore=store)
            self.create_subscription(
                message_class(kind, topic),
                topic,
                partial(self._write, connection, topic),
                qos,
                raw=True,
            )

    @property
    def matched(self) -> bool:
        """Whether every topic has a publisher."""
        return all(self.count_publishers(topic) for topic in self.topics)

    def _write(self, connection: Any, topic: str, data: bytes) -> None:
        self._writer.write(connection, time.time_ns(), data)
        self.counts[topic] += 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('bag', type=Path, help='the bag to write; must not exist')
    parser.add_argument('topics', nargs='+', metavar='TOPIC:TYPE', help='what to record')
    arguments = parser.parse_args(rclpy.utilities.remove_ros_args(sys.argv)[1:])
    for topic in arguments.topics:
        if topic.count(':') != 1:
            parser.error(f"'{topic}' is not of the form TOPIC:TYPE")
    if arguments.bag.exists():
        parser.error(f'{arguments.bag} exists already')
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
            node.destroy_node()
    except OSError as error:
        raise ConfigError(str(bag), f'cannot be written: {error.strerror or error}') from None
    return node.counts


if __name__ == '__main__':
    main()
