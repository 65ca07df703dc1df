# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The configuration of a pipeline, from parameters or a parameter file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.execution.gpu_parts.parts import read_parts
from edge_sched_ros.execution.read_inputs import takes_depth
from edge_sched_ros.pipeline.settings.parameter_checks import check_all
from edge_sched_ros.pipeline.settings.parameter_file import read_parameters
from edge_sched_ros.pipeline.settings.parameter_table import ParameterTable
from edge_sched_ros.pipeline.settings.parameters import TASK_PARAMETERS
from edge_sched_ros.pipeline.settings.pipeline_config import DEPTH_IMAGE
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig
from edge_sched_ros.pipeline.settings.pipeline_config import topics_of_pictures
from edge_sched_ros.pipeline.settings.policy_settings import values_of
from edge_sched_ros.pipeline.settings.resources import find_file
from edge_sched_ros.pipeline.settings.second_topics import check_second_topics
from edge_sched_ros.pipeline.settings.tasks_before import check_known
from edge_sched_ros.pipeline.settings.tasks_before import check_ways
from edge_sched_ros.pipeline.settings.tasks_before import fields_of
from edge_sched_ros.pipeline.settings.topic_names import AsWritten
from edge_sched_ros.pipeline.settings.topic_names import check_depth
from edge_sched_ros.pipeline.settings.topic_names import check_pictures
from edge_sched_ros.pipeline.settings.topic_names import COMPRESSED_TYPE as COMPRESSED_TYPE
from edge_sched_ros.pipeline.settings.topic_names import IMAGE_TYPE as IMAGE_TYPE
from edge_sched_ros.pipeline.settings.topic_names import info_topic_of
from edge_sched_ros.pipeline.settings.topic_names import TopicNames
from edge_sched_ros.pipeline.settings.topic_names import WithoutRos

_TOPIC = re.compile(r'(~/|/)?[A-Za-z_][A-Za-z0-9_]*(/[A-Za-z_][A-Za-z0-9_]*)*')
_TYPE = re.compile(r'[A-Za-z]\w*/msg/[A-Za-z]\w*')


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
    check_known(tasks)
    config = PipelineConfig(
        tasks=tasks,
        policy=full['policy'],
        policy_parameters=values_of(full['policy'], full),
        units=tuple(full['units']),
        require_units=full['require_units'],
        gpu_parts=read_parts(full['gpu_parts']),
        engine=full['engine'],
        preprocessor=full['preprocessor'],
        watchdog_factor=full['watchdog_factor'],
        watchdog_floor_ms=full['watchdog_floor_ms'],
        watchdog_pause_ms=full['watchdog_pause_ms'],
        watchdog_max_pause_ms=full['watchdog_max_pause_ms'],
        watchdog_max_abandoned=full['watchdog_max_abandoned'],
        fast_variants=full['fast_variants'],
        floor_periods=full['floor_periods'],
        silent_after_ms=full['silent_after_ms'],
        max_image_pixels=full['max_image_pixels'],
        admission=full['admission'],
        native=full['native'],
        profiles=_profiles(full['profiles'], beside),
        profile_at_configure_s=full['profile_at_configure_s'],
        trace_file=full['trace_file'],
        trace_mb=full['trace_mb'],
        trace_scores=full['trace_scores'],
    )
    _check_together(config)
    return config


def _profiles(name: str, beside: Path | None) -> str:
    return str(find_file(name, where='profiles', beside=beside)) if name else ''


def _check_together(config: PipelineConfig) -> None:
    """Check settings and tasks against each other."""
    check_ways(config)
    check_second_topics(config)
    types = config.topic_types()
    for task in config.tasks:
        _check_followed(task, config)
        if task.depth_topic and task.depth_topic in topics_of_pictures(config):
            problem = f"the topic '{task.depth_topic}' has pictures for another task, not depth"
            raise ConfigError(f'{task.name}.depth_topic', problem)
        if task.pairs_depth and task.second_topic in topics_of_pictures(config):
            problem = f"the topic '{task.second_topic}' has pictures for another task, not depth"
            raise ConfigError(f'{task.name}.second_topic', problem)
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
    own |= fields_of(name, own['after'])
    _check_one_of(name, own, 'network', 'program', 'the YAML file of a network or a program')
    _check_one_of(name, own, 'topic', 'after', 'an input topic or a task before it')
    if bool(own['trigger_topic']) != bool(own['trigger_type']):
        raise ConfigError(f'{name}.trigger_type', 'trigger_topic and trigger_type need each other')
    if own['after'] and own['trigger_topic']:
        raise ConfigError(
            f'{name}.trigger_topic', 'a task after another cannot have a trigger topic'
        )
    for key in ('topic_type', 'trigger_type'):
        if own[key] and not _TYPE.fullmatch(own[key]):
            raise ConfigError(f'{name}.{key}', f"'{own[key]}' is not of the form package/msg/Type")
    if own['network'].lower().endswith('.onnx'):
        raise ConfigError(
            f'{name}.network',
            f"'{own['network']}' is an ONNX file: name the YAML file that describes it",
        )
    if own['network']:
        file = find_file(own['network'], where=f'{name}.network', beside=beside)
        own['network'] = str(file)
        own['network_takes_depth'] = takes_depth(file)
    own |= _topics(name, own, topics)
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
    keys = ('topic', 'second_topic', 'trigger_topic', 'camera_info_topic', 'depth_topic')
    for key in keys:
        if own[key] and not _TOPIC.fullmatch(own[key]):
            raise ConfigError(f'{task}.{key}', f"'{own[key]}' cannot be the name of a topic")
    found = {key: topics.resolve(own[key]) if own[key] else '' for key in keys}
    pairs_depth = own['program'] == DEPTH_IMAGE or own.get('network_takes_depth', False)
    if own['depth_topic']:
        check_depth(found['depth_topic'], f'{task}.depth_topic')
    if own['second_topic'] and pairs_depth:
        check_depth(found['second_topic'], f'{task}.second_topic')
    if own['topic']:
        if not own['topic_type']:
            check_pictures(found['topic'], f'{task}.topic')
            if own['second_topic'] and not pairs_depth:
                check_pictures(found['second_topic'], f'{task}.second_topic')
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
