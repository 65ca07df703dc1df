# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Converts results to messages, for any library of messages.

Every function takes ``make(type_name, **fields)``: the node's makes rclpy messages, that of the
replay makes messages for bags.
"""

from __future__ import annotations

import sys
from array import array
from typing import Any
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.jobs import DROPPED
from edge_sched_ros.execution.jobs import FAILED
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.jobs import LATE
from edge_sched_ros.execution.jobs import ON_TIME
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Detections3D

_OUTCOMES = {ON_TIME: 0, LATE: 1, DROPPED: 2, FAILED: 3}
_NS_PER_S = 1_000_000_000


class Make(Protocol):
    """Makes a message of a type such as ``std_msgs/msg/Header``."""

    def __call__(self, type_name: str, **fields: Any) -> Any:
        """Return the message; fields not given have their defaults."""


def time_message(make: Make, time_ns: int) -> Any:
    """Return a ``builtin_interfaces/Time``."""
    seconds, nanoseconds = divmod(time_ns, _NS_PER_S)
    return make('builtin_interfaces/msg/Time', sec=seconds, nanosec=nanoseconds)


def header(make: Make, frame: Frame | None) -> Any:
    """Return the header of the source frame, unchanged."""
    if frame is None:
        return make('std_msgs/msg/Header')
    stamp = time_message(make, frame.stamp_ns)
    return make('std_msgs/msg/Header', stamp=stamp, frame_id=frame.frame_id)


def detections(make: Make, found: Detections, source: Any) -> Any:
    """
    Return a ``vision_msgs/Detection2DArray``; empty when nothing was found.

    :param source: the source frame's header
    """
    return make(
        'vision_msgs/msg/Detection2DArray',
        header=source,
        detections=[_detection(make, found, index, source) for index in range(len(found))],
    )


def _detection(make: Make, found: Detections, index: int, source: Any) -> Any:
    x0, y0, x1, y1 = found.boxes_xyxy[index].tolist()
    hypothesis = make(
        'vision_msgs/msg/ObjectHypothesis',
        # a number, so that it can be looked up in the LabelInfo
        class_id=str(int(found.class_ids[index])),
        score=float(found.scores[index]),
    )
    centre = make(
        'vision_msgs/msg/Pose2D',
        position=make('vision_msgs/msg/Point2D', x=(x0 + x1) / 2, y=(y0 + y1) / 2),
        theta=0.0 if found.angles_rad is None else float(found.angles_rad[index]),
    )
    return make(
        'vision_msgs/msg/Detection2D',
        header=source,
        results=[make('vision_msgs/msg/ObjectHypothesisWithPose', hypothesis=hypothesis)],
        bbox=make('vision_msgs/msg/BoundingBox2D', center=centre, size_x=x1 - x0, size_y=y1 - y0),
        id=track_id(found, index),
    )


def track_id(found: Detections | Detections3D, index: int) -> str:
    """Return the number of an object's track as text; empty when it has none."""
    return '' if found.track_ids is None else str(int(found.track_ids[index]))


def label_info(make: Make, labels: tuple[str, ...], threshold: float, source: Any) -> Any:
    """
    Return a ``vision_msgs/LabelInfo``: the names of all classes, by the ids detections have.

    :param threshold: the minimum score of a detection, 0..1
    :param source: a header
    """
    classes = [
        make('vision_msgs/msg/VisionClass', class_id=index, class_name=name)
        for index, name in enumerate(labels)
    ]
    return make('vision_msgs/msg/LabelInfo', header=source, class_map=classes, threshold=threshold)


def plane_image(make: Make, pixels: NDArray[Any], encoding: str, source: Any) -> Any:
    """Return a ``sensor_msgs/Image`` of pixels, HxW or HxWxC."""
    height, width = pixels.shape[:2]
    return make(
        'sensor_msgs/msg/Image',
        header=source,
        height=height,
        width=width,
        encoding=encoding,
        is_bigendian=int(sys.byteorder == 'big'),
        step=pixels.itemsize * width * (pixels.shape[2] if pixels.ndim > 2 else 1),
        data=byte_array(pixels),
    )


def byte_array(pixels: NDArray[Any]) -> array[int]:
    """Return pixels as ``array('B')``: assigning an ndarray to a message is 1000 times slower."""
    data = array('B')
    data.frombytes(np.ascontiguousarray(pixels).data.cast('B'))
    return data


def job_timing(make: Make, end: JobEnd, *, network: str) -> Any:
    """Return an ``edge_sched_ros/JobTiming``."""
    stages = [
        make(
            'edge_sched_ros/msg/StageTiming',
            name=stage.stage,
            unit=stage.unit,
            queued_ms=max(0, stage.started_ns - stage.ready_ns) / 1e6,
            start_ms=(stage.started_ns - end.release_ns) / 1e6,
            end_ms=(stage.finished_ns - end.release_ns) / 1e6,
        )
        for stage in end.stages
    ]
    return make(
        'edge_sched_ros/msg/JobTiming',
        header=header(make, end.frame),
        task=end.task,
        network=network,
        variant=end.variant,
        job=end.job,
        items=end.items,
        deadline_ms=(end.deadline_ns - end.release_ns) / 1e6,
        age_ms=end.age_ns / 1e6,
        response_ms=float('nan') if end.response_ns is None else end.response_ns / 1e6,
        outcome=_OUTCOMES[end.outcome],
        reason=end.reason,
        stages=stages,
    )
