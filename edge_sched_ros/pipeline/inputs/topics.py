# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names and types of a pipeline's topics: the same on DDS and in bags."""

from __future__ import annotations

from edge_sched_ros.pipeline.settings.config import PipelineConfig
from edge_sched_ros.pipeline.settings.topic_names import guess_type
from edge_sched_ros.pipeline.settings.topic_names import info_topic_of

DETECTIONS = 'vision_msgs/msg/Detection2DArray'
IMAGE = 'sensor_msgs/msg/Image'
CAMERA_INFO = 'sensor_msgs/msg/CameraInfo'
LABEL_INFO = 'vision_msgs/msg/LabelInfo'
JOB_TIMING = 'edge_sched_ros/msg/JobTiming'

#: kind of a task's results -> name under the task -> type
RESULT_TOPICS: dict[str, dict[str, str]] = {
    'detections': {'detections': DETECTIONS},
    'tracks': {'tracks': DETECTIONS},
    'depth': {'image': IMAGE, 'camera_info': CAMERA_INFO},
    'picture': {'image': IMAGE, 'camera_info': CAMERA_INFO},
}


def info_topics(config: PipelineConfig) -> dict[str, str]:
    """Return the CameraInfo topic of every image topic."""
    found: dict[str, str] = {}
    for task in config.tasks:
        kind = task.topic_type or guess_type(task.topic)
        if task.topic and kind.rpartition('/')[2] in ('Image', 'CompressedImage'):
            known = found.get(task.topic) or info_topic_of(task.topic)
            found[task.topic] = task.camera_info_topic or known
    return found
