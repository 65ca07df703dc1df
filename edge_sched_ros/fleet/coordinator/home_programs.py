# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The programs of a coordinator's tasks: what they say of themselves, and their state."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Mapping
from functools import partial
from typing import Any

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.fleet.coordinator.coordinator import Coordinator
from edge_sched_ros.fleet.coordinator.fleet_tasks import output_of
from edge_sched_ros.perception.programs.attributes import names_of
from edge_sched_ros.perception.programs.attributes import read_attribute
from edge_sched_ros.perception.programs.observed import observers_of
from edge_sched_ros.pipeline.assemble import Assembly
from edge_sched_ros.pipeline.assemble import extras_of
from edge_sched_ros.pipeline.assemble import finder_of
from edge_sched_ros.pipeline.inputs.depth_images import DepthImages
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.tasks.task_outs import TaskOuts

_log = logging.getLogger(__name__)


class HomePrograms:
    """
    Programs by task.

    :param assembly: of the local device
    :param coordinator: has tasks disabled whose program cannot be reset
    """

    def __init__(
        self, config: PipelineConfig, assembly: Assembly, coordinator: Coordinator
    ) -> None:
        self._config = config
        self._assembly = assembly
        self._sources = {task.name: config.source_of(task) for task in config.tasks}
        self._outs = TaskOuts(
            assembly.programs,
            assembly.out,
            is_enabled=lambda task: bool(coordinator.read(lambda core: core.tasks[task].enabled)),
            enable=lambda task, on: coordinator.change_task(task, {'enabled': on}),
        )

    @property
    def out(self) -> Mapping[str, str]:
        """Task whose own code failed outside of a job -> why; it is disabled."""
        self._outs.look()
        return self._outs.reasons

    def check_enabled(self, task: str) -> None:
        """Check that a task may be enabled; :raises ConfigError: while it is out."""
        self._outs.check_enabled(task)

    def reset(self, topic: str = '') -> None:
        """Forget the state from earlier frames: of all tasks, or of those fed by a topic."""
        self._outs.reset(
            *(
                name
                for name, source in self._sources.items()
                if not topic or topic in (source.topic, source.trigger_topic)
            )
        )

    def use_depths(self, depths: DepthImages) -> None:
        """Let the tasks with a topic of depth images take them from there."""
        for task in self._config.tasks:
            if task.depth_topic:
                program: Any = self._assembly.programs[task.name]
                program.use_depth(
                    partial(depths.for_frame, task.depth_topic, task.depth_tolerance_ms)
                )

    def needs_camera(self, task: str) -> bool:
        """Whether a task gives nothing without the CameraInfo of its frames."""
        program = self._assembly.programs[task]
        return read_attribute(task, program, 'needs_camera', False, bool)

    def network_of(self, task: str) -> str:
        """Return the name of the network or program of a task."""
        return self._assembly.networks[task]

    def output_of(self, task: str) -> str:
        """Return the kind of a task's answers: ``detections``, ``tracks``, ``depth``, ``none``."""
        return output_of(self._assembly, task)

    def extras_of(self, task: str) -> tuple[str, ...]:
        """Return what a task's detections have beside boxes: ``keypoints``, ``masks``."""
        return extras_of(task, self._config, self._assembly.programs)

    def labels_of(self, task: str) -> tuple[str, ...]:
        """Return the class names of a task's answers; empty when it has none."""
        return read_attribute(task, self._finder_of(task), 'labels', (), names_of)

    def threshold_of(self, task: str) -> float:
        """Return the score below which a task's answers are left out; 0 when there is none."""
        return read_attribute(task, self._finder_of(task), 'score_threshold', 0.0, float)

    def _finder_of(self, task: str) -> Program:
        return finder_of(task, self._config, self._assembly.programs)


def observed_ends(
    programs: Mapping[str, Program], on_end: Callable[[JobEnd], None]
) -> Callable[[JobEnd], None]:
    """Return ``on_end``, with answers passed on before to the tasks that follow their boxes."""
    observers = {task: observers_of(program) for task, program in programs.items()}
    if not any(observers.values()):
        return on_end

    def observe_and_end(end: JobEnd) -> None:
        if end.result is not None and end.frame is not None:
            for observe in observers[end.task]:
                _observe(end.task, observe, end.frame, end.result)
        on_end(end)

    return observe_and_end


def _observe(task: str, observe: Callable[[Frame, Any], None], frame: Frame, result: Any) -> None:
    try:
        observe(frame, result)
    except BaseException as error:
        # own code may raise SystemExit, too
        _log.error('%s: an answer was not followed: %s', task, brief_error(error))
