# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names and types of a pipeline's topics: the same on DDS and in bags."""

from __future__ import annotations

from collections.abc import Iterable

from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.topic_names import guess_type
from edge_sched_ros.pipeline.settings.topic_names import info_topic_of

DETECTIONS = 'vision_msgs/msg/Detection2DArray'
DETECTIONS_3D = 'vision_msgs/msg/Detection3DArray'
IMAGE = 'sensor_msgs/msg/Image'
CAMERA_INFO = 'sensor_msgs/msg/CameraInfo'
KEYPOINTS = 'edge_sched_ros/msg/Keypoints2DArray'
CLASSIFICATION = 'vision_msgs/msg/Classification'
LABEL_INFO = 'vision_msgs/msg/LabelInfo'
JOB_TIMING = 'edge_sched_ros/msg/JobTiming'

#: kind of a task's results -> name under the task -> type
RESULT_TOPICS: dict[str, dict[str, str]] = {
    'detections': {'detections': DETECTIONS},
    'tracks': {'tracks': DETECTIONS},
    'detections_3d': {'detections_3d': DETECTIONS_3D},
    'depth': {'image': IMAGE, 'camera_info': CAMERA_INFO},
    'segmentation': {'image': IMAGE, 'confidence': IMAGE, 'camera_info': CAMERA_INFO},
    'classification': {'classification': CLASSIFICATION},
    'picture': {'image': IMAGE, 'camera_info': CAMERA_INFO},
}
#: what detections have beside boxes -> name under the task -> type
EXTRA_TOPICS: dict[str, dict[str, str]] = {
    'keypoints': {'keypoints': KEYPOINTS},
    'masks': {'masks': IMAGE, 'camera_info': CAMERA_INFO},
}

#: name under every task -> type of what is made for people while they look
DEBUG_TOPICS: dict[str, str] = {
    'debug_image': IMAGE,
    'debug_image/compressed': 'sensor_msgs/msg/CompressedImage',
    'debug_annotations': 'foxglove_msgs/msg/ImageAnnotations',
}


def result_topics(output: str, extras: Iterable[str] = ()) -> dict[str, str]:
    """
    Return name under the task -> type, of a task's results.

    :param output: their kind
    :param extras: what its detections have beside boxes
    """
    found = dict(RESULT_TOPICS.get(output, {}))
    for extra in extras:
        found |= EXTRA_TOPICS.get(extra, {})
    return found


def info_topics(config: PipelineConfig) -> dict[str, str]:
    """Return the CameraInfo topic of every image topic."""
    found: dict[str, str] = {}
    for task in config.tasks:
        kind = task.topic_type or guess_type(task.topic)
        if task.topic and kind.rpartition('/')[2] in ('Image', 'CompressedImage'):
            known = found.get(task.topic) or info_topic_of(task.topic)
            found[task.topic] = task.camera_info_topic or known
            if task.second_topic:
                found.setdefault(task.second_topic, info_topic_of(task.second_topic))
    return found
