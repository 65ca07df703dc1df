# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What everybody has to do: cameras, tasks, networks, deadlines. The same for all contenders."""

from __future__ import annotations

import json
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.pipeline.inputs.topics import DETECTIONS
from edge_sched_ros.pipeline.inputs.topics import IMAGE

#: of a camera's picture, pixels
WIDTH, HEIGHT = 320, 240
BUNDLED = 'bundled'


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A kind of task, one for each camera.

    :param suffix: last part of the name of its result topic
    :param type: of its result topic
    :param deadline_periods: from the stamp of a frame to its answer, in camera periods
    :param after: the kind whose answers it works on; empty for images alone
    """

    name: str
    suffix: str
    type: str
    deadline_periods: float
    after: str = ''


#: every deadline of the benchmark is here
KINDS = (
    Kind('detect', 'detections', DETECTIONS, deadline_periods=1.0),
    Kind('track', 'tracks', DETECTIONS, deadline_periods=1.5, after='detect'),
    Kind('depth', 'image', IMAGE, deadline_periods=1.0),
)


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of task on one camera."""

    kind: Kind
    camera: int

    @property
    def name(self) -> str:
        """Its name, unique among all."""
        return f'{self.kind.name}{self.camera}'

    @property
    def result_topic(self) -> str:
        """Where its answers come, relative to the contender's namespace."""
        return f'{self.name}/{self.kind.suffix}'

    @property
    def parent(self) -> str:
        """Name of the task it comes after; empty without one."""
        return f'{self.kind.after}{self.camera}' if self.kind.after else ''

    def deadline_ms(self, rate_hz: float) -> float:
        """Return the time from stamp to answer at a camera rate, in milliseconds."""
        return self.kind.deadline_periods * 1e3 / rate_hz


@dataclass(frozen=True, slots=True)
class Workload:
    """
    Networks on cameras.

    :param networks: kind -> YAML file of its network
    :param kinds: which kinds of tasks each camera has
    """

    name: str
    networks: dict[str, str]
    cameras: int = 3
    kinds: tuple[str, ...] = tuple(kind.name for kind in KINDS)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All tasks, camera by camera."""
        kinds = [kind for kind in KINDS if kind.name in self.kinds]
        return tuple(Task(kind, camera) for camera in range(self.cameras) for kind in kinds)

    def task(self, name: str) -> Task:
        """Return a task by name."""
        return next(task for task in self.tasks if task.name == name)

    def save(self, file: Path) -> None:
        """Write it for other processes."""
        file.write_text(json.dumps(asdict(self), indent=2) + '\n')

    @classmethod
    def load(cls, file: Path) -> Workload:
        """Read what another process wrote."""
        data = json.loads(file.read_text())
        return cls(**{**data, 'kinds': tuple(data['kinds'])})


def camera_topic(camera: int) -> str:
    """Return a camera's image topic, relative to the contender's namespace."""
    return f'camera{camera}/image_raw'


def bundled(*, cameras: int = 3, kinds: tuple[str, ...] | None = None) -> Workload:
    """Return the networks that come with the package."""
    from edge_sched_ros.pipeline.settings.resources import find_file

    files = {'detect': 'detector.yaml', 'track': 'embedding.yaml', 'depth': 'depth.yaml'}
    networks = {
        kind: str(find_file(f'package://edge_sched_ros/models/{file}', where=kind))
        for kind, file in files.items()
    }
    chosen = kinds or tuple(kind.name for kind in KINDS)
    return Workload(BUNDLED, networks, cameras=cameras, kinds=chosen)
