# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The settings of a pipeline and of its tasks."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.watchdog import Watchdog
from edge_sched_ros.execution.coded_size import MOST_PIXELS
from edge_sched_ros.execution.gpu_parts.parts import GpuPart
from edge_sched_ros.perception.programs.registry import PROGRAMS
from edge_sched_ros.pipeline.settings.topic_names import guess_type
from edge_sched_ros.pipeline.settings.topic_names import IMAGE_TYPE

#: values of ``TASK.isolation``: a thread of the node, or a process of its own
THREAD, PROCESS = 'thread', 'process'
#: program whose second topic has depth images
DEPTH_IMAGE = 'depth_image'


@dataclass(frozen=True, slots=True)
class TaskConfig:
    """
    One task; the fields are the task's parameters, see ``pipeline.parameters``.

    :param after: the first task of the parameter of this name
    :param joined_with: its other tasks
    :param network_takes_depth: whether its network has depth images among its inputs
    """

    name: str
    network: str = ''
    program: str = ''
    topic: str = ''
    topic_type: str = ''
    trigger_topic: str = ''
    trigger_type: str = ''
    second_topic: str = ''
    sync_tolerance_ms: float = 0.0
    camera_info_topic: str = ''
    after: str = ''
    joined_with: tuple[str, ...] = ()
    depth_topic: str = ''
    depth_tolerance_ms: float = 10.0
    detections_from: str = ''
    tracker: str = ''
    units: tuple[str, ...] = ()
    deadline_ms: float = 100.0
    period_ms: float = 0.0
    priority: int = 0
    every_n: int = 1
    queue_depth: int = 1
    max_in_flight: int = 0
    enabled: bool = True
    min_rate_hz: float = 0.0
    variant: str = ''
    isolation: str = THREAD
    isolation_timeout_ms: float = 0.0
    isolation_memory_mib: int = 0
    options: dict[str, float] = field(default_factory=dict)
    network_takes_depth: bool = False

    @property
    def before(self) -> tuple[str, ...]:
        """The tasks whose results activate it."""
        return (self.after, *self.joined_with) if self.after else ()

    @property
    def type_of_second(self) -> str:
        """The message type of its second topic."""
        if self.pairs_depth:
            return IMAGE_TYPE
        return self.topic_type or guess_type(self.second_topic)

    @property
    def pairs_depth(self) -> bool:
        """Whether its second topic has depth images, not pictures."""
        return self.program == DEPTH_IMAGE or self.network_takes_depth

    @property
    def runs_own_code(self) -> bool:
        """Whether its program is from outside this package, so that it may read any message."""
        return bool(self.program) and not PROGRAMS.is_built_in(self.program)


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """
    All of a pipeline's settings, checked.

    :param source: the file of the settings, for messages; empty for none
    :param profiles: file of known costs; empty for none
    :param trace_file: file for events and decisions; empty for none
    :param trace_mb: its size, the older half included
    :param trace_scores: whether it has what policies compared
    """

    tasks: tuple[TaskConfig, ...]
    policy: str = 'edf+drop'
    policy_parameters: dict[str, float] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    require_units: bool = False
    gpu_parts: tuple[GpuPart, ...] = ()
    engine: str = 'auto'
    preprocessor: str = 'auto'
    watchdog_factor: float = 20.0
    watchdog_floor_ms: float = 2000.0
    watchdog_pause_ms: float = 1000.0
    watchdog_max_pause_ms: float = 60_000.0
    watchdog_max_abandoned: int = 4
    fast_variants: bool = True
    floor_periods: float = 3.0
    silent_after_ms: float = 1000.0
    max_image_pixels: int = MOST_PIXELS
    admission: str = 'warn'
    native: str = 'auto'
    source: str = ''
    profiles: str = ''
    profile_at_configure_s: float = 0.0
    trace_file: str = ''
    trace_mb: int = 64
    trace_scores: bool = True

    @property
    def watchdog(self) -> Watchdog:
        """When a call counts as hung, and what its task may do after that."""
        return Watchdog(
            factor=self.watchdog_factor,
            floor_ns=round(self.watchdog_floor_ms * 1e6),
            pause_ns=round(self.watchdog_pause_ms * 1e6),
            max_pause_ns=round(self.watchdog_max_pause_ms * 1e6),
            max_abandoned=self.watchdog_max_abandoned,
        )

    @property
    def topics(self) -> tuple[str, ...]:
        """Every input topic once, in order of the tasks."""
        topics = [
            (task.topic, task.second_topic, task.trigger_topic, task.depth_topic)
            for task in self.tasks
        ]
        found = [topic for of_task in topics for topic in of_task if topic]
        return tuple(dict.fromkeys(found))

    def topic_types(self) -> dict[str, str]:
        """
        Return the message type of every input topic.

        :raises ConfigError: when two tasks give one topic different types
        """
        types: dict[str, str] = {}
        for task in self.tasks:
            for topic, kind, key in (
                (task.topic, task.topic_type or guess_type(task.topic), 'topic_type'),
                (task.second_topic, task.type_of_second, 'second_topic'),
                (task.trigger_topic, task.trigger_type, 'trigger_type'),
                (task.depth_topic, IMAGE_TYPE, 'depth_topic'),
            ):
                if topic and types.setdefault(topic, kind) != kind:
                    raise ConfigError(
                        f'{task.name}.{key}',
                        f"another task gives topic '{topic}' the type {types[topic]}",
                    )
        return types

    def source_of(self, task: TaskConfig) -> TaskConfig:
        """Return the task at the head of a task's cascade: the one with the topic."""
        by_name = {t.name: t for t in self.tasks}
        while task.after:
            task = by_name[task.after]
        return task


def topics_of_pictures(config: PipelineConfig) -> frozenset[str]:
    """
    Return the topics whose pictures networks and bundled programs use.

    Messages of other topics are read by own code, or are only triggers.
    """
    sources = [config.source_of(task) for task in config.tasks if not task.runs_own_code]
    pairs = [source for source in sources if source.second_topic and not source.pairs_depth]
    seconds = {source.second_topic for source in pairs}
    return frozenset({source.topic for source in sources} | seconds)


def feeds_of(config: PipelineConfig) -> dict[str, tuple[str, ...]]:
    """Return the tasks, including cascades, whose deadlines count from a topic's messages."""
    found: dict[str, tuple[str, ...]] = {}
    for task in config.tasks:
        source = config.source_of(task)
        topic = source.trigger_topic or source.topic
        found[topic] = (*found.get(topic, ()), task.name)
    return found
