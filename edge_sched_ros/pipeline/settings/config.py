# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The configuration of a pipeline, from parameters or a parameter file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.core.watchdog import Watchdog
from edge_sched_ros.execution.coded_size import MOST_PIXELS
from edge_sched_ros.perception.programs.registry import PROGRAMS
from edge_sched_ros.pipeline.settings.parameter_checks import check_all
from edge_sched_ros.pipeline.settings.parameter_file import read_parameters
from edge_sched_ros.pipeline.settings.parameter_table import ParameterTable
from edge_sched_ros.pipeline.settings.parameters import TASK_PARAMETERS
from edge_sched_ros.pipeline.settings.policy_settings import values_of
from edge_sched_ros.pipeline.settings.resources import find_file
from edge_sched_ros.pipeline.settings.topic_names import AsWritten
from edge_sched_ros.pipeline.settings.topic_names import check_pictures
from edge_sched_ros.pipeline.settings.topic_names import COMPRESSED_TYPE as COMPRESSED_TYPE
from edge_sched_ros.pipeline.settings.topic_names import guess_type
from edge_sched_ros.pipeline.settings.topic_names import IMAGE_TYPE as IMAGE_TYPE
from edge_sched_ros.pipeline.settings.topic_names import info_topic_of
from edge_sched_ros.pipeline.settings.topic_names import TopicNames
from edge_sched_ros.pipeline.settings.topic_names import WithoutRos

_TOPIC = re.compile(r'(~/|/)?[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*')
_TYPE = re.compile(r'[A-Za-z]\w*/msg/[A-Za-z]\w*')
#: values of ``TASK.isolation``: a thread of the node, or a process of its own
THREAD, PROCESS = 'thread', 'process'


@dataclass(frozen=True, slots=True)
class TaskConfig:
    """One task; the fields are the task's parameters, see ``pipeline.parameters``."""

    name: str
    network: str = ''
    program: str = ''
    topic: str = ''
    topic_type: str = ''
    trigger_topic: str = ''
    trigger_type: str = ''
    camera_info_topic: str = ''
    after: str = ''
    detections_from: str = ''
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
    """

    tasks: tuple[TaskConfig, ...]
    policy: str = 'edf+drop'
    policy_parameters: dict[str, float] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    require_units: bool = False
    engine: str = 'auto'
    preprocessor: str = 'auto'
    watchdog_factor: float = 20.0
    watchdog_floor_ms: float = 2000.0
    watchdog_pause_ms: float = 1000.0
    watchdog_max_pause_ms: float = 60_000.0
    watchdog_max_abandoned: int = 4
    silent_after_ms: float = 1000.0
    max_image_pixels: int = MOST_PIXELS
    admission: str = 'warn'
    source: str = ''
    profiles: str = ''
    profile_at_configure_s: float = 0.0

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
        found = [t for task in self.tasks for t in (task.topic, task.trigger_topic) if t]
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
                (task.trigger_topic, task.trigger_type, 'trigger_type'),
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
    return frozenset(
        config.source_of(task).topic for task in config.tasks if not task.runs_own_code
    )


def feeds_of(config: PipelineConfig) -> dict[str, tuple[str, ...]]:
    """Return the tasks, including cascades, whose deadlines count from a topic's messages."""
    found: dict[str, tuple[str, ...]] = {}
    for task in config.tasks:
        source = config.source_of(task)
        topic = source.trigger_topic or source.topic
        found[topic] = (*found.get(topic, ()), task.name)
    return found


def from_parameters(
    values: Mapping[str, Any], *, beside: Path | None = None, topics: TopicNames | None = None
) -> PipelineConfig:
    """
    Return the configuration of a set of parameters.

    :param values: by full name, e.g. ``detector.deadline_ms``
    :param beside: the folder of their file
    :param topics: resolves the names of topics; types are guessed, and topics compared, by the
        resolved names. By default names stay as written
    :raises ConfigError: naming the parameter
    """
    full, table = check_all(values, beside=beside)
    names = tuple(full['tasks'])
    tasks = tuple(
        _task(name, full, _given_options(name, full, table), beside, topics or AsWritten())
        for name in names
    )
    for task in tasks:
        if task.after and task.after not in names:
            hint = did_you_mean(task.after, names)
            raise ConfigError(f'{task.name}.after', f"there is no task named '{task.after}'{hint}")
    config = PipelineConfig(
        tasks=tasks,
        policy=full['policy'],
        policy_parameters=values_of(full['policy'], full),
        units=tuple(full['units']),
        require_units=full['require_units'],
        engine=full['engine'],
        preprocessor=full['preprocessor'],
        watchdog_factor=full['watchdog_factor'],
        watchdog_floor_ms=full['watchdog_floor_ms'],
        watchdog_pause_ms=full['watchdog_pause_ms'],
        watchdog_max_pause_ms=full['watchdog_max_pause_ms'],
        watchdog_max_abandoned=full['watchdog_max_abandoned'],
        silent_after_ms=full['silent_after_ms'],
        max_image_pixels=full['max_image_pixels'],
        admission=full['admission'],
        profiles=_profiles(full['profiles'], beside),
        profile_at_configure_s=full['profile_at_configure_s'],
    )
    _check_together(config)
    return config


def _profiles(name: str, beside: Path | None) -> str:
    return str(find_file(name, where='profiles', beside=beside)) if name else ''


def _check_together(config: PipelineConfig) -> None:
    """Check settings and tasks against each other."""
    after = {task.name: task.after for task in config.tasks}
    for task in config.tasks:
        way = [task.name]
        while after[way[-1]]:
            way.append(after[way[-1]])
            if way[-1] in way[:-1]:
                loop = ' -> '.join(way)
                raise ConfigError(f'{task.name}.after', f'the cascade is a loop: {loop}')
    types = config.topic_types()
    for task in config.tasks:
        _check_followed(task, config)
        sees = task.topic and not task.runs_own_code
        if sees and types[task.topic] not in (IMAGE_TYPE, COMPRESSED_TYPE):
            raise ConfigError(
                f'{task.name}.topic_type',
                f'is {types[task.topic]}: {task.program or "a network"} needs images (or use '
                'trigger_topic, program)',
            )


def _check_followed(task: TaskConfig, config: PipelineConfig) -> None:
    """Check that the task whose boxes are followed works on the same pictures."""
    where = f'{task.name}.detections_from'
    if not task.detections_from:
        return
    followed = {other.name: other for other in config.tasks}.get(task.detections_from)
    if followed is None:
        hint = did_you_mean(task.detections_from, [other.name for other in config.tasks])
        raise ConfigError(where, f"there is no task named '{task.detections_from}'{hint}")
    if followed is task:
        raise ConfigError(where, 'a task cannot follow its own boxes')
    if followed.detections_from and followed.program:
        raise ConfigError(where, f"'{followed.name}' follows boxes itself: name their detector")
    mine, theirs = config.source_of(task).topic, config.source_of(followed).topic
    if mine != theirs:
        raise ConfigError(where, f"'{followed.name}' works on '{theirs}', this task on '{mine}'")


def _task(
    name: str,
    full: Mapping[str, Any],
    options: dict[str, float],
    beside: Path | None,
    topics: TopicNames,
) -> TaskConfig:
    own = {spec.name: full[f'{name}.{spec.name}'] for spec in TASK_PARAMETERS}
    own['units'] = tuple(own['units'])
    _check_one_of(name, own, 'network', 'program', 'the YAML file of a network or a program')
    _check_one_of(name, own, 'topic', 'after', 'an input topic or a task before it')
    if bool(own['trigger_topic']) != bool(own['trigger_type']):
        raise ConfigError(f'{name}.trigger_type', 'trigger_topic and trigger_type need each other')
    if own['after'] and own['trigger_topic']:
        raise ConfigError(
            f'{name}.trigger_topic', 'a task after another cannot have a trigger topic'
        )
    own |= _topics(name, own, topics)
    for key in ('topic_type', 'trigger_type'):
        if own[key] and not _TYPE.fullmatch(own[key]):
            raise ConfigError(f'{name}.{key}', f"'{own[key]}' is not of the form package/msg/Type")
    if own['network'].lower().endswith('.onnx'):
        raise ConfigError(
            f'{name}.network',
            f"'{own['network']}' is an ONNX file: name the YAML file that describes it",
        )
    if own['network']:
        own['network'] = str(find_file(own['network'], where=f'{name}.network', beside=beside))
    return TaskConfig(name=name, options=options, **own)


def _given_options(name: str, full: Mapping[str, Any], table: ParameterTable) -> dict[str, float]:
    """Return the given options of a task's network or program; it has defaults for the others."""
    # variants of a network may have other defaults
    return {
        option: full[f'{name}.{option}']
        for option, spec in table.options(name).items()
        if full[f'{name}.{option}'] != spec.default
    }


def _topics(task: str, own: Mapping[str, Any], topics: TopicNames) -> dict[str, str]:
    """Return a task's topics with resolved names."""
    keys = ('topic', 'trigger_topic', 'camera_info_topic')
    for key in keys:
        if own[key] and not _TOPIC.fullmatch(own[key]):
            raise ConfigError(f'{task}.{key}', f"'{own[key]}' cannot be the name of a topic")
    found = {key: topics.resolve(own[key]) if own[key] else '' for key in keys}
    if own['topic']:
        if not own['topic_type']:
            check_pictures(found['topic'], f'{task}.topic')
        # remapped itself, it may be in another namespace than the image
        beside = info_topic_of(own['topic'])
        if not own['camera_info_topic'] and topics.is_remapped(beside):
            found['camera_info_topic'] = topics.resolve(beside)
    return found


def _check_one_of(task: str, own: Mapping[str, Any], one: str, other: str, needs: str) -> None:
    if own[one] and own[other]:
        raise ConfigError(f'{task}.{other}', f'give only one of {one} and {other}')
    if not (own[one] or own[other]):
        raise ConfigError(f'{task}.{one}', f'needs {needs}')


def from_file(path: str | Path, *, instead: Mapping[str, Any] | None = None) -> PipelineConfig:
    """
    Return the configuration of a ROS parameter file; topics have absolute names.

    :param instead: parameters by full name that replace those of the file
    :raises ConfigError: naming file and key
    """
    path = Path(path)
    try:
        values = {**read_parameters(path), **(instead or {})}
        config = from_parameters(values, beside=path.parent, topics=WithoutRos())
    except ConfigError as error:
        if error.where.startswith(str(path)):
            raise
        raise ConfigError(f'{path}: {error.where}', error.problem) from None
    return replace(config, source=str(path))
