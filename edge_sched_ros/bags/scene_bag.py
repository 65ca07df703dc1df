# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A rendered scene as a bag: a camera with its ground truth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.settings.resources import make_folder
from edge_sched_ros.scenes.camera import Intrinsics
from edge_sched_ros.scenes.scene import Scene
from edge_sched_ros.scenes.scene import SceneFrame

IMAGE_TOPIC = '/camera/image_raw'
INFO_TOPIC = '/camera/camera_info'
TRUE_DETECTIONS = '/ground_truth/detections'
TRUE_DEPTH = '/ground_truth/depth'
_TYPES = {
    IMAGE_TOPIC: 'sensor_msgs/msg/Image',
    INFO_TOPIC: 'sensor_msgs/msg/CameraInfo',
    TRUE_DETECTIONS: 'vision_msgs/msg/Detection2DArray',
    TRUE_DEPTH: 'sensor_msgs/msg/Image',
}
#: increased with every change of the bag's content
LAYOUT = 2
#: stamp of the first frame
_EPOCH_NS = 1_700_000_000_000_000_000
#: the true depth has a quarter of the size: every fourth pixel, starting at this one
_DEPTH_STEP = 4
_DEPTH_FIRST = 2


def write_scene_bag(
    path: Path, scene: Scene, *, frames: int, progress: Callable[[int], None] = lambda done: None
) -> None:
    """
    Write a scene's first frames as a rosbag2 folder of one MCAP file.

    The folder appears only when it is complete.

    :param progress: called with the number of frames done
    :raises ConfigError: when the path exists
    """
    if path.exists():
        raise ConfigError(str(path), 'already exists; a bag does not overwrite it')
    make_folder(path.parent)
    with TemporaryDirectory(dir=path.parent, prefix=f'.{path.name}.') as workshop:
        half = Path(workshop) / path.name
        _write(half, scene, frames, progress)
        half.rename(path)


def _write(half: Path, scene: Scene, frames: int, progress: Callable[[int], None]) -> None:
    from rosbags.rosbag2 import StoragePlugin
    from rosbags.rosbag2 import Writer

    store = typestore()
    with Writer(half, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connections = {
            topic: writer.add_connection(topic, kind, typestore=store)
            for topic, kind in _TYPES.items()
        }
        for index in range(frames):
            at_ns = _EPOCH_NS + round(index * 1e9 / scene.fps)
            for topic, message in _messages(scene, scene.frame(index), at_ns).items():
                data = store.serialize_cdr(message, _TYPES[topic])
                writer.write(connections[topic], at_ns, data)
            progress(index + 1)


def _messages(scene: Scene, frame: SceneFrame, at_ns: int) -> dict[str, Any]:
    header = messages.header(make, Frame('', 0, at_ns, 'camera_optical_frame'))
    height, width = frame.image_bgr.shape[:2]
    image = make(
        'sensor_msgs/msg/Image',
        header=header,
        height=height,
        width=width,
        encoding='bgr8',
        step=3 * width,
        data=frame.image_bgr.reshape(-1),
    )
    depth = np.ascontiguousarray(
        frame.depth_m[_DEPTH_FIRST::_DEPTH_STEP, _DEPTH_FIRST::_DEPTH_STEP]
    )
    true_depth = make(
        'sensor_msgs/msg/Image',
        header=header,
        height=depth.shape[0],
        width=depth.shape[1],
        encoding='32FC1',
        step=4 * depth.shape[1],
        data=depth.view(np.uint8).reshape(-1),
    )
    return {
        INFO_TOPIC: _camera_info(scene.intrinsics, header),
        IMAGE_TOPIC: image,
        TRUE_DETECTIONS: _detections(frame, header),
        TRUE_DEPTH: true_depth,
    }


def _camera_info(lens: Intrinsics, header: Any) -> Any:
    return make(
        'sensor_msgs/msg/CameraInfo',
        header=header,
        height=lens.height,
        width=lens.width,
        distortion_model='plumb_bob',
        d=[0.0] * 5,
        k=[lens.fx, 0, lens.cx, 0, lens.fy, lens.cy, 0, 0, 1],
        r=[1, 0, 0, 0, 1, 0, 0, 0, 1],
        p=[lens.fx, 0, lens.cx, 0, 0, lens.fy, lens.cy, 0, 0, 0, 1, 0],
    )


def _detections(frame: SceneFrame, header: Any) -> Any:
    """Return the true boxes; the score of each is its visible share."""
    found = []
    for thing in frame.objects:
        x0, y0, x1, y1 = thing.box_xyxy
        hypothesis = make(
            'vision_msgs/msg/ObjectHypothesis',
            class_id=str(thing.class_id),
            score=thing.visible_share,
        )
        position = make('vision_msgs/msg/Point2D', x=(x0 + x1) / 2, y=(y0 + y1) / 2)
        centre = make('vision_msgs/msg/Pose2D', position=position)
        box = make('vision_msgs/msg/BoundingBox2D', center=centre, size_x=x1 - x0, size_y=y1 - y0)
        result = make('vision_msgs/msg/ObjectHypothesisWithPose', hypothesis=hypothesis)
        found.append(
            make(
                'vision_msgs/msg/Detection2D',
                header=header,
                results=[result],
                bbox=box,
                id=str(thing.identity),
            )
        )
    return make('vision_msgs/msg/Detection2DArray', header=header, detections=found)
