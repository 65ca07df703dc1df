# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A small bag of results."""

from __future__ import annotations

from pathlib import Path

from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer

from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore

TYPE = 'vision_msgs/msg/Detection2DArray'


def write_results(path: Path, classes: list[str]) -> Path:
    """Write one message a second with one detection each; the first is of 1.5 s."""
    store = typestore()
    with Writer(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connection = writer.add_connection('/people/detections', TYPE, typestore=store)
        for index, name in enumerate(classes, 1):
            writer.write(
                connection, index * 10**9, store.serialize_cdr(_message(index, name), TYPE)
            )
    return path


def _message(second: int, name: str) -> object:
    stamp = make('builtin_interfaces/msg/Time', sec=second, nanosec=500_000_000)
    header = make('std_msgs/msg/Header', stamp=stamp, frame_id='camera')
    hypothesis = make('vision_msgs/msg/ObjectHypothesis', class_id=name, score=0.75)
    result = make('vision_msgs/msg/ObjectHypothesisWithPose', hypothesis=hypothesis)
    detection = make('vision_msgs/msg/Detection2D', header=header, results=[result])
    return make(TYPE, header=header, detections=[detection])
