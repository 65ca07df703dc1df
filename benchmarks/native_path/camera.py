# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The camera of a run, which hears all results as well."""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from array import array

from benchmarks.native_path.workloads import CAMERAS
from benchmarks.native_path.workloads import parameters


def run_camera(workload: str) -> None:
    """Publish pictures, and hear all results, until it is killed or stdin ends."""
    import rclpy
    from sensor_msgs.msg import Image
    from vision_msgs.msg import Detection2DArray

    from edge_sched_ros.scenes.scene import Scene

    width, height, rate_hz = CAMERAS[workload]
    scene = Scene(seed=41, width=width, height=height, fps=30.0)
    frames = [array('B', scene.frame(n).image_bgr.tobytes()) for n in range(0, 40, 4)]
    rclpy.init()
    node = rclpy.create_node('camera')
    kinds = {'depth/image': Image, 'tracker/tracks': Detection2DArray}
    for task in parameters(workload, 'off')['tasks']:
        kinds.setdefault(f'{task}/detections', Detection2DArray)
    for topic, kind in kinds.items():
        node.create_subscription(kind, topic, lambda _: None, 10, raw=True)
    publisher = node.create_publisher(Image, 'camera', 1)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    threading.Thread(target=lambda: rclpy.spin(node), daemon=True).start()
    for pixels in itertools.cycle(frames):
        image = Image(width=width, height=height, step=3 * width, encoding='bgr8', data=pixels)
        image.header.stamp = node.get_clock().now().to_msg()
        publisher.publish(image)
        time.sleep(1 / rate_hz)
