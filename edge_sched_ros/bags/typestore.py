# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Message types for bags: ROS 2's own, vision_msgs, and this package's."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.settings.resources import share_of

#: vision_msgs 4.1, as far as it is used here: the fields' names, types and order
_VISION = {
    'Point2D': 'float64 x\nfloat64 y\n',
    'Pose2D': 'vision_msgs/Point2D position\nfloat64 theta\n',
    'BoundingBox2D': 'vision_msgs/Pose2D center\nfloat64 size_x\nfloat64 size_y\n',
    'ObjectHypothesis': 'string class_id\nfloat64 score\n',
    'ObjectHypothesisWithPose': 'vision_msgs/ObjectHypothesis hypothesis\n'
    'geometry_msgs/PoseWithCovariance pose\n',
    'Detection2D': 'std_msgs/Header header\nvision_msgs/ObjectHypothesisWithPose[] results\n'
    'vision_msgs/BoundingBox2D bbox\nstring id\n',
    'Detection2DArray': 'std_msgs/Header header\nvision_msgs/Detection2D[] detections\n',
    'Classification': 'std_msgs/Header header\nvision_msgs/ObjectHypothesis[] results\n',
    'BoundingBox3D': 'geometry_msgs/Pose center\ngeometry_msgs/Vector3 size\n',
    'Detection3D': 'std_msgs/Header header\nvision_msgs/ObjectHypothesisWithPose[] results\n'
    'vision_msgs/BoundingBox3D bbox\nstring id\n',
    'Detection3DArray': 'std_msgs/Header header\nvision_msgs/Detection3D[] detections\n',
    'VisionClass': 'uint16 class_id\nstring class_name\n',
    'LabelInfo': 'std_msgs/Header header\nvision_msgs/VisionClass[] class_map\n'
    'float32 threshold\n',
}
_OWN = (
    'StageTiming',
    'JobTiming',
    'TaskStatus',
    'UnitStatus',
    'InputStatus',
    'Keypoint2D',
    'Keypoints2D',
    'Keypoints2DArray',
    'SchedulerStatus',
)


@lru_cache(maxsize=1)
def typestore() -> Any:
    """
    Return a ``rosbags`` type store with every message type that this package uses.

    :raises ConfigError: when this package's own message definitions are not installed
    """
    from rosbags.typesys import get_types_from_msg
    from rosbags.typesys import get_typestore
    from rosbags.typesys import Stores

    store = get_typestore(Stores.ROS2_JAZZY)
    types: dict[str, Any] = {}
    for name, text in _VISION.items():
        types.update(get_types_from_msg(text, f'vision_msgs/msg/{name}'))
    share = share_of()
    for name in _OWN:
        file = None if share is None else share / 'msg' / f'{name}.msg'
        if file is None or not file.is_file():
            raise ConfigError(f'edge_sched_ros/msg/{name}.msg', 'is not installed')
        types.update(get_types_from_msg(file.read_text(), f'edge_sched_ros/msg/{name}'))
    store.register(types)
    return store


def with_types(other: Any) -> Any:
    """Return a type store of the types of :func:`typestore` and those only another has."""
    from rosbags.typesys import get_typestore
    from rosbags.typesys import Stores

    store, known = get_typestore(Stores.EMPTY), typestore().fielddefs
    store.register({**other.fielddefs, **known})
    return store


def make(type_name: str, **values: Any) -> Any:
    """Return a message of a type; fields not given have their defaults."""
    return _make(typestore(), type_name, values)


def _make(store: Any, type_name: str, values: dict[str, Any]) -> Any:
    from rosbags.interfaces import Nodetype

    message_class = store.types[type_name]
    fields = dict(values)
    _, definition = store.fielddefs[type_name]
    for name, (node, detail) in definition:
        if name in fields:
            if node in (Nodetype.SEQUENCE, Nodetype.ARRAY):
                fields[name] = _sequence(fields[name], detail)
        else:
            fields[name] = _default(store, node, detail)
    return message_class(**fields)


def _default(store: Any, node: Any, detail: Any) -> Any:
    import numpy as np
    from rosbags.interfaces import Nodetype

    if node == Nodetype.NAME:
        return _make(store, detail, {})
    if node == Nodetype.BASE:
        kind = detail[0] if isinstance(detail, tuple) else detail
        return {'string': '', 'bool': False, 'float32': 0.0, 'float64': 0.0}.get(kind, 0)
    (inner, inner_detail), length = detail
    kind = inner_detail[0] if isinstance(inner_detail, tuple) else inner_detail
    if inner == Nodetype.BASE and kind != 'string':
        return np.zeros(length or 0, kind)
    return [_default(store, inner, inner_detail) for _ in range(length or 0)]


def _sequence(value: Any, detail: Any) -> Any:
    """Return a sequence in rosbags' form: arrays for numbers, lists for others."""
    import numpy as np
    from rosbags.interfaces import Nodetype

    (inner, inner_detail), _ = detail
    kind = inner_detail[0] if isinstance(inner_detail, tuple) else inner_detail
    if inner == Nodetype.BASE and kind != 'string':
        return np.asarray(value, kind)
    return list(value)
