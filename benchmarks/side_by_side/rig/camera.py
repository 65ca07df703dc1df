# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The cameras: publish pictures at absolute times, stamped when published.

Started by the runner; commands come on stdin. Messages are serialised beforehand and only their
stamp is written anew, so that the cameras cost as little as can be.
"""

from __future__ import annotations

import gc
import struct
import time
from array import array
from typing import Any

import numpy as np
import rclpy
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.qos import HistoryPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image

from benchmarks.side_by_side.pictures import there_and_back
from benchmarks.side_by_side.rig.commands import Commands
from benchmarks.side_by_side.workload import camera_topic

_QOS = QoSProfile(
    history=HistoryPolicy.KEEP_LAST, depth=5, reliability=ReliabilityPolicy.BEST_EFFORT
)
#: where the stamp lies in a serialised message that begins with a header
_STAMP_AT = 4


def serialised(picture: NDArray[np.uint8], camera: int) -> bytearray:
    """Return a picture as the bytes of an image message."""
    height, width = picture.shape[:2]
    message = Image(height=height, width=width, encoding='bgr8', step=3 * width)
    message.header.frame_id = f'camera{camera}'
    message.data = array('B', picture.tobytes())
    return bytearray(serialize_message(message))


class Cameras:
    """
    Cameras in any number of DDS domains, one of which sees pictures at a time.

    :param commands: asked for a stop while playing
    """

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._places: dict[int, tuple[Any, Node, list[Any]]] = {}
        self._pictures: dict[tuple[str, int], list[list[bytearray]]] = {}

    def open(self, domain: int, namespace: str, cameras: int) -> None:
        """Make the cameras of a domain."""
        context = rclpy.Context()
        rclpy.init(context=context, domain_id=domain)
        node = Node('cameras', context=context, namespace=namespace, use_global_arguments=False)
        publishers = [node.create_publisher(Image, camera_topic(n), _QOS) for n in range(cameras)]
        self._places[domain] = (context, node, publishers)

    def close(self, domain: int) -> None:
        """Remove the cameras of a domain."""
        context, node, _ = self._places.pop(domain)
        node.destroy_node()
        rclpy.try_shutdown(context=context)

    def load(self, file: str, cameras: int) -> None:
        """Serialise the pictures of a file, cameras x frames x height x width x 3."""
        pictures = np.load(file, mmap_mode='r')
        self._pictures[file, cameras] = [
            [serialised(picture, camera) for picture in pictures[camera % len(pictures)]]
            for camera in range(cameras)
        ]

    def play(
        self, domain: int, file: str, rate_hz: float, seconds: float, into: str | None
    ) -> dict[str, Any]:
        """
        Publish; the cameras run free, so they are spread evenly over the period.

        :param into: a file for the stamps of every camera's frames and how late they were
        :returns: ``frames``, and the 99th percentile of lateness in milliseconds
        """
        publishers = self._places[domain][2]
        if (file, len(publishers)) not in self._pictures:
            self.load(file, len(publishers))
        pictures = self._pictures[file, len(publishers)]
        gc.collect()
        gc.disable()
        stamps, late_ns = self._publish(publishers, pictures, rate_hz, seconds)
        gc.enable()
        if into is not None:
            named = {f'camera{n}': np.array(own, np.int64) for n, own in enumerate(stamps)}
            np.savez(into, late_ns=np.array(late_ns, np.int64), **named)
        late = float(np.percentile(late_ns, 99)) / 1e6 if late_ns else 0.0
        return {'frames': sum(map(len, stamps)), 'late_p99_ms': late}

    def _publish(
        self,
        publishers: list[Any],
        pictures: list[list[bytearray]],
        rate_hz: float,
        seconds: float,
    ) -> tuple[list[list[int]], list[int]]:
        cameras = len(publishers)
        gap_ns = 1e9 / rate_hz / cameras
        stamps: list[list[int]] = [[] for _ in range(cameras)]
        late_ns: list[int] = []
        begin_ns = time.time_ns() + 1_000_000
        for count in range(round(seconds * rate_hz) * cameras):
            turn, camera = divmod(count, cameras)
            due_ns = begin_ns + round(count * gap_ns)
            left_ns = due_ns - time.time_ns()
            if left_ns > 0:
                time.sleep(left_ns / 1e9)
            own = pictures[camera]
            message = own[there_and_back(turn, len(own))]
            now_ns = time.time_ns()
            struct.pack_into('<iI', message, _STAMP_AT, *divmod(now_ns, 1_000_000_000))
            publishers[camera].publish(bytes(message))
            stamps[camera].append(now_ns)
            late_ns.append(now_ns - due_ns)
            if camera == 0 and self._commands.stop_asked():
                break
        return stamps, late_ns


def main() -> None:
    """Take commands until stdin is closed."""
    commands = Commands()
    cameras = Cameras(commands)
    commands.serve({'open': cameras.open, 'close': cameras.close, 'play': cameras.play})


if __name__ == '__main__':
    main()
