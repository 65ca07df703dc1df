# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node that takes every camera's images and says no more than that: what transport costs."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import Any

import rclpy
from rclpy.node import Node
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from benchmarks.side_by_side.baseline.spinning import spin
from benchmarks.side_by_side.workload import camera_topic
from edge_sched_ros.nodes.subscriptions import sensor_qos


class Sink(Node):
    """Image in, its header out, for every camera."""

    def __init__(self, cameras: int) -> None:
        super().__init__('sink')
        for camera in range(cameras):
            publisher = self.create_publisher(Header, f'sink{camera}/heard', 10)
            callback = partial(self._on_image, publisher)
            self.create_subscription(Image, camera_topic(camera), callback, sensor_qos())

    def _on_image(self, publisher: Any, image: Any) -> None:
        publisher.publish(image.header)


def main() -> None:
    """Run until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cameras', type=int, required=True)
    arguments = parser.parse_args(rclpy.utilities.remove_ros_args(sys.argv)[1:])
    spin(lambda: [Sink(arguments.cameras)])


if __name__ == '__main__':
    main()
