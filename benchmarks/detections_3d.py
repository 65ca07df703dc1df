# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Errors of objects in space on rendered scenes: ``dev/env.sh python benchmarks/detections_3d.py``.

Detector and depth network of ``config/detections_3d.yaml``, the same detector with a depth camera
(16UC1, true depth), and true boxes with true depth. Also the time of one call of ``locate``.
"""

from __future__ import annotations

import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from types import SimpleNamespace

import numpy as np

from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.perception.location import locate
from edge_sched_ros.perception.location import LocationOptions
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Detections3D
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_file
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.scenes.scene import Scene
from edge_sched_ros.scenes.scene import SceneFrame

#: only objects of which so much is to be seen are counted
_VISIBLE = 0.8
#: a result this near to the direction of a true object of its class is of that object
_SAME_DEG = 3.0
_WAIT_S = 30.0

Find = Callable[[int, Scene, SceneFrame], Detections3D]


@dataclass(slots=True)
class Errors:
    """Errors of all objects that were found, and how many there were."""

    true: int = 0
    depth_m: list[float] = field(default_factory=list)
    depth_share: list[float] = field(default_factory=list)
    centre_m: list[float] = field(default_factory=list)
    angle_deg: list[float] = field(default_factory=list)

    def add(self, found: Detections3D, scene: Scene, index: int, frame: SceneFrame) -> None:
        """Compare the results of a frame with its truth."""
        things = {item.identity: item for item in scene._world.objects}
        for one in frame.objects:
            if one.visible_share < _VISIBLE:
                continue
            self.true += 1
            centre, _ = things[one.identity].pose(index / scene.fps)
            true = frame.camera.rotation.T @ (centre - frame.camera.position)
            angles = [
                _angle_deg(position, true) if label == one.class_id else np.inf
                for position, label in zip(found.positions_m, found.class_ids)
            ]
            best = int(np.argmin(angles)) if angles else -1
            if best < 0 or angles[best] > _SAME_DEG:
                continue
            position = found.positions_m[best]
            self.depth_m.append(abs(float(position[2]) - one.distance_m))
            self.depth_share.append(self.depth_m[-1] / one.distance_m)
            self.centre_m.append(float(np.linalg.norm(position - true)))
            self.angle_deg.append(angles[best])

    def row(self) -> str:
        """Return the figures as cells of a table."""
        figures = [f'{len(self.depth_m)} of {self.true}']
        for values, digits in (
            (self.depth_m, 2), (self.depth_share, 3), (self.centre_m, 2), (self.angle_deg, 2),
        ):  # fmt: skip
            low, high = np.percentile(values, (50, 95)) if values else (np.nan, np.nan)
            figures.append(f'{low:.{digits}f} / {high:.{digits}f}')
        return ' | '.join(figures)


def _angle_deg(one: np.ndarray, other: np.ndarray) -> float:
    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    return float(np.degrees(np.arccos(min(1.0, cosine))))


def _camera(scene: Scene) -> np.ndarray:
    lens = scene.intrinsics
    return np.array([[lens.fx, 0, lens.cx], [0, lens.fy, lens.cy], [0, 0, 1.0]])


def with_truth(_index: int, scene: Scene, frame: SceneFrame) -> Detections3D:
    """Locate true boxes by true depth."""
    found = _true_boxes(frame)
    return locate(found, DepthMap(frame.depth_m, 1, 1), _camera(scene), LocationOptions())


def _true_boxes(frame: SceneFrame) -> Detections:
    count = len(frame.objects)
    return Detections(
        np.array([one.box_xyxy for one in frame.objects], np.float32).reshape(-1, 4),
        np.ones(count, np.float32),
        np.array([one.class_id for one in frame.objects], np.int64),
    )


class Running:
    """A pipeline that is given one frame at a time; use it with ``with``."""

    def __init__(self, config: PipelineConfig, scene: Scene) -> None:
        self._camera = _camera(scene)
        self._topics = [topic for topic in config.topics if 'depth' in topic]
        self._image_topic = config.tasks[0].topic
        self._done = threading.Event()
        self._end: JobEnd | None = None
        self._pipeline = Pipeline(config, on_end=self._take)

    def _take(self, end: JobEnd) -> None:
        if end.task == 'boxes_3d':
            self._end = end
            self._done.set()

    def __enter__(self) -> Running:
        """Load the networks."""
        self._pipeline.load()
        self._pipeline.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Free them."""
        self._pipeline.unload()

    def find(self, index: int, scene: Scene, frame: SceneFrame) -> Detections3D:
        """Return the objects of a frame."""
        del scene
        stamp_ns = 1_000_000_000 + index * 66_000_000
        height, width = frame.depth_m.shape
        for topic in self._topics:
            millimetres = np.nan_to_num(frame.depth_m * 1000, nan=0.0).astype(np.uint16)
            message = SimpleNamespace(
                encoding='16UC1', width=width, height=height, step=2 * width, is_bigendian=0,
                data=millimetres.tobytes(),
            )  # fmt: skip
            self._pipeline.submit(Frame(topic, index, stamp_ns, 'lens', None, message))
        image = SourceImage.from_raw(
            frame.image_bgr.reshape(-1), width=width, height=height, encoding='bgr8',
            step=3 * width,
        )  # fmt: skip
        self._done.clear()
        taken = Frame(self._image_topic, index, stamp_ns, 'lens', image)
        projection = np.c_[self._camera, np.zeros(3)]
        taken.camera = lambda _: CameraModel(self._camera, projection)
        self._pipeline.submit(taken)
        if not self._done.wait(_WAIT_S) or self._end is None or self._end.result is None:
            raise RuntimeError(f'frame {index} has no result: {self._end}')
        result: Detections3D = self._end.result
        return result


def _configs() -> Iterator[tuple[str, PipelineConfig]]:
    share = share_of()
    assert share is not None, 'the package is not installed'
    slow: dict[str, object] = {
        f'{task}.deadline_ms': 10_000.0 for task in ('detector', 'tracker', 'depth', 'boxes_3d')
    }
    # frames are far apart, so that no track would be confirmed
    slow['boxes_3d.after'] = 'detector, depth'
    yield 'detector, depth network', from_file(share / 'config/detections_3d.yaml', instead=slow)
    yield (
        'detector, depth camera',
        from_parameters(
            {
                'tasks': ['detector', 'boxes_3d'],
                'detector.network': 'package://edge_sched_ros/models/detector.yaml',
                'detector.topic': 'camera/image_raw',
                'detector.deadline_ms': 10_000.0,
                'boxes_3d.program': 'detections_3d',
                'boxes_3d.after': 'detector',
                'boxes_3d.depth_topic': 'camera/depth',
                'boxes_3d.deadline_ms': 10_000.0,
            }
        ),
    )


def measure(find: Find, scenes: Sequence[Scene], frames: Sequence[int], errors: Errors) -> None:
    """Add the errors of some frames of scenes."""
    for scene in scenes:
        for index in frames:
            frame = scene.frame(index)
            errors.add(find(index, scene, frame), scene, index, frame)


def time_of_locate(count: int) -> float:
    """Return the median processor time of a call in ms: boxes of 80x80, depth of 640x480."""
    random = np.random.default_rng(1)
    corner = random.uniform((0, 0), (560, 400), (count, 2))
    boxes = np.concatenate([corner, corner + 80], axis=1).astype(np.float32)
    found = Detections(boxes, np.ones(count, np.float32), np.zeros(count, np.int64))
    depth = DepthMap(random.uniform(1, 5, (480, 640)).astype(np.float32), 1, 1)
    camera = np.array([[500, 0, 319.5], [0, 500, 239.5], [0, 0, 1.0]])
    times = []
    for _ in range(50):
        begun = time.process_time()
        locate(found, depth, camera, LocationOptions())
        times.append(1e3 * (time.process_time() - begun))
    return float(np.median(times))


def main(given: Sequence[str] | None = None) -> int:
    """Print a table of errors, and the time of a call."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument('--seeds', type=int, nargs='+', default=list(range(20, 32)))
    parser.add_argument('--frames', type=int, nargs='+', default=list(range(0, 300, 15)))
    arguments = parser.parse_args(given)
    scenes = [Scene(seed=seed) for seed in arguments.seeds]
    print('| boxes, depth | objects | depth, m | depth, share | centre, m | direction, degrees |')
    print('| --- | --- | --- | --- | --- | --- |')
    errors = Errors()
    measure(with_truth, scenes, arguments.frames, errors)
    print(f'| true boxes, true depth | {errors.row()} |', flush=True)
    for name, config in _configs():
        errors = Errors()
        for scene in scenes:
            with Running(config, scene) as running:
                measure(running.find, [scene], arguments.frames, errors)
        print(f'| {name} | {errors.row()} |', flush=True)
    for count in (10, 100):
        print(f'locate, {count} boxes: {time_of_locate(count):.2f} ms')
    return 0


if __name__ == '__main__':
    sys.exit(main())
