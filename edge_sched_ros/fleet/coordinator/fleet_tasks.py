# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks of a configuration as tasks of the high-level dispatcher."""

from __future__ import annotations

from edge_sched_ros.core.high_level.tasks import FleetTask
from edge_sched_ros.core.high_level.tasks import FleetVariant
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.fleet.device.loading import LoadedDevice
from edge_sched_ros.fleet.device.loading import Variants
from edge_sched_ros.fleet.device.networks import ServedNetwork
from edge_sched_ros.perception.programs.attributes import read_attribute
from edge_sched_ros.pipeline.assemble import Assembly
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig

#: jobs of a task that may have started and not ended, where nobody says
_IN_FLIGHT = 4
#: between the parts of the name of a stream that the coordinator makes itself
_MADE_OF = '>'
#: between the names of tasks whose answers are joined
_JOINED = '+'
#: outputs that can be the picture that the next task works on
_PICTURES = ('picture', 'none')


def fleet_tasks(config: PipelineConfig, loaded: LoadedDevice, home: str) -> tuple[FleetTask, ...]:
    """
    Return the tasks of a coordinator.

    :param home: name of the local device
    """
    streams = _streams(config, loaded)
    specs = {spec.name: spec for spec in loaded.assembly.tasks}
    return tuple(
        _fleet_task(
            task, specs[task.name], loaded.of_task[task.name], streams[task.name], home,
            stateful=loaded.assembly.programs[task.name].stateful,
        )
        for task in config.tasks
    )  # fmt: skip


def stream_of(task: TaskConfig) -> str:
    """Return the stream that activates a task without a task before it."""
    # the same trigger may go with pictures of several topics
    return f'{task.trigger_topic}{_MADE_OF}{task.topic}' if task.trigger_topic else task.topic


def _streams(config: PipelineConfig, loaded: LoadedDevice) -> dict[str, str]:
    """
    Return task -> the stream that it works on.

    That of the task before it, where all it takes is the camera's picture: that is on the devices
    already. Else one that is made of each answer of the task before it, or of the answers that it
    joins.
    """
    by_name, found = {task.name: task for task in config.tasks}, dict[str, str]()

    def stream(task: TaskConfig) -> str:
        if task.name not in found:
            if not task.after:
                found[task.name] = stream_of(task)
            else:
                before = stream(by_name[task.after])
                made = f'{before}{_MADE_OF}{_JOINED.join(task.before)}'
                found[task.name] = made if _needs_answer(task, loaded) else before
        return found[task.name]

    return {task.name: stream(task) for task in config.tasks}


def _needs_answer(task: TaskConfig, loaded: LoadedDevice) -> bool:
    _, one = loaded.of_task[task.name][0]
    # when the last of several answers is there, the frame of the first may be gone
    if task.joined_with or not isinstance(one, ServedNetwork):
        return True
    return output_of(loaded.assembly, task.after) in _PICTURES


def output_of(assembly: Assembly, task: str) -> str:
    """Return the kind of a task's answers: ``detections``, ``tracks``, ``depth``, ``none``."""
    return read_attribute(task, assembly.programs[task], 'output', 'none', str)


def _fleet_task(
    task: TaskConfig,
    spec: TaskSpec,
    loaded: Variants,
    stream: str,
    home: str,
    *,
    stateful: bool,
) -> FleetTask:
    variants = tuple(
        FleetVariant(variant.name, one.form.graph, variant.accuracy) for variant, one in loaded
    )
    found = FleetTask(
        name=task.name,
        graph=variants[0].graph,
        stream=stream,
        home=home,
        deadline_ns=round(task.deadline_ms * NS_PER_MS),
        period_ns=round(task.period_ms * NS_PER_MS),
        priority=task.priority,
        every_n=task.every_n,
        queue_depth=task.queue_depth,
        max_in_flight=1 if stateful else task.max_in_flight or _IN_FLIGHT,
        enabled=spec.enabled,
        after=task.after,
        joined_with=task.joined_with,
        variant=variants[0].name,
        variants=variants if len(variants) > 1 else (),
    )
    return found.pinned_to(spec.variants[0].name) if spec.all_variants and variants[1:] else found
