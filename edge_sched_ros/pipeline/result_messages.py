# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The messages of a result by topic: the same for the node and for bags."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Detections3D
from edge_sched_ros.pipeline.inputs.camera_infos import PlacedMap
from edge_sched_ros.pipeline.messages import Make
from edge_sched_ros.pipeline.messages import plane_image
from edge_sched_ros.pipeline.messages import track_id

#: kind of results with track ids
_TRACKS = 'tracks'


def boxes_topic(output: str) -> str:
    """Return the name of the topic of boxes, of a task with this kind of results."""
    return _TRACKS if output == _TRACKS else 'detections'


def placed_map(result: Any) -> PlacedMap | None:
    """Return the part of a result that has a CameraInfo of its own; ``None`` if there is none."""
    if isinstance(result, Detections):
        return result.masks
    return result if isinstance(result, (DepthMap, ClassMap)) else None


@dataclass(frozen=True, slots=True)
class Plane:
    """
    The pixels of a ``sensor_msgs/Image``.

    :param pixels: HxW, or HxWxC
    """

    pixels: NDArray[Any]
    encoding: str


def planes_of(result: Any) -> dict[str, Callable[[], Plane | None]]:
    """
    Return name of topic -> what makes the pixels of its image, or ``None`` if there are none.

    Depth is in metres, NaN where unknown (REP 118). Class ids are mono8, or mono16 for more than
    256 classes; the probability of each pixel's class is ``None`` when the network gives only ids.
    Masks have the index of the detection + 1, or 0. Making a picture raises FrameError when it
    cannot be decoded.
    """
    if isinstance(result, DepthMap):
        return {'image': lambda: Plane(result.depth_m, '32FC1')}
    if isinstance(result, ClassMap):
        return {'image': lambda: _class_ids(result), 'confidence': lambda: _confidence(result)}
    if isinstance(result, SourceImage):
        return {'image': lambda: Plane(result.bgr(), 'bgr8')}
    masks = result.masks if isinstance(result, Detections) else None
    return {} if masks is None else {'masks': lambda: Plane(masks.numbers(), 'mono16')}


def _class_ids(found: ClassMap) -> Plane:
    ids = found.class_ids
    return Plane(ids, 'mono8' if ids.dtype == np.uint8 else 'mono16')


def _confidence(found: ClassMap) -> Plane | None:
    confidence = found.confidence()
    return None if confidence is None else Plane(confidence, '32FC1')


def plane_message(make: Make, plane: Plane | None, source: Any) -> Any | None:
    """Return a ``sensor_msgs/Image``; ``None`` without pixels."""
    return None if plane is None else plane_image(make, plane.pixels, plane.encoding, source)


def messages_beside_boxes(
    make: Make, result: Any, source: Callable[[], Any]
) -> dict[str, Callable[[], Any | None]]:
    """
    Return name of topic -> what makes its message, or ``None`` if there is nothing to say.

    Boxes and CameraInfo are not among them.

    :param source: returns the source frame's header
    """
    if isinstance(result, Detections):
        return _of_detections(make, result, source)
    if isinstance(result, Detections3D):
        return {'detections_3d': lambda: detections_3d(make, result, source())}
    if isinstance(result, Classes):
        return {'classification': lambda: classification(make, result, source())}
    return _images(make, planes_of(result), source)


def _of_detections(
    make: Make, found: Detections, source: Callable[[], Any]
) -> dict[str, Callable[[], Any | None]]:
    made = _images(make, planes_of(found), source)
    if found.keypoints is not None:
        made['keypoints'] = lambda: keypoints(make, found, source())
    return made


def _images(
    make: Make, planes: Mapping[str, Callable[[], Plane | None]], source: Callable[[], Any]
) -> dict[str, Callable[[], Any | None]]:
    return {
        name: lambda plane=plane: plane_message(make, plane(), source())  # type: ignore[misc]
        for name, plane in planes.items()
    }


def detections_3d(make: Make, found: Detections3D, source: Any) -> Any:
    """
    Return a ``vision_msgs/Detection3DArray``; empty when nothing was found.

    :param source: the source frame's header: its frame is the camera's optical frame
    """
    return make(
        'vision_msgs/msg/Detection3DArray',
        header=source,
        detections=[_detection_3d(make, found, index, source) for index in range(len(found))],
    )


def _detection_3d(make: Make, found: Detections3D, index: int, source: Any) -> Any:
    x, y, z = found.positions_m[index].tolist()
    width, height, length = found.sizes_m[index].tolist()
    hypothesis = make(
        'vision_msgs/msg/ObjectHypothesis',
        class_id=str(int(found.class_ids[index])),
        score=float(found.scores[index]),
    )
    pose = make(
        'geometry_msgs/msg/Pose',
        position=make('geometry_msgs/msg/Point', x=x, y=y, z=z),
        # no rotation
        orientation=make('geometry_msgs/msg/Quaternion', x=0.0, y=0.0, z=0.0, w=1.0),
    )
    result = make(
        'vision_msgs/msg/ObjectHypothesisWithPose',
        hypothesis=hypothesis,
        pose=make('geometry_msgs/msg/PoseWithCovariance', pose=pose),
    )
    size = make('geometry_msgs/msg/Vector3', x=width, y=height, z=length)
    return make(
        'vision_msgs/msg/Detection3D',
        header=source,
        results=[result],
        bbox=make('vision_msgs/msg/BoundingBox3D', center=pose, size=size),
        id=track_id(found, index),
    )


def keypoints(make: Make, found: Detections, source: Any) -> Any:
    """Return an ``edge_sched_ros/Keypoints2DArray``; empty when nothing was found."""
    points = found.keypoints
    return make(
        'edge_sched_ros/msg/Keypoints2DArray',
        header=source,
        names=list(found.keypoint_names),
        objects=[]
        if points is None
        else [_keypoints(make, found, index, points[index]) for index in range(len(found))],
    )


def _keypoints(make: Make, found: Detections, index: int, points: NDArray[np.float32]) -> Any:
    return make(
        'edge_sched_ros/msg/Keypoints2D',
        class_id=str(int(found.class_ids[index])),
        score=float(found.scores[index]),
        id=track_id(found, index),
        points=[
            make('edge_sched_ros/msg/Keypoint2D', x=x, y=y, score=score)
            for x, y, score in points.tolist()
        ],
    )


def classification(make: Make, found: Classes, source: Any) -> Any:
    """Return a ``vision_msgs/Classification``, the most likely class first."""
    results = [
        make('vision_msgs/msg/ObjectHypothesis', class_id=str(class_id), score=score)
        for class_id, score in zip(found.class_ids.tolist(), found.scores.tolist())
    ]
    return make('vision_msgs/msg/Classification', header=source, results=results)
