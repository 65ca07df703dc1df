# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The tasks that a task comes after: one in a cascade, several in a join."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.names import named_twice
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig


def fields_of(task: str, after: str) -> dict[str, Any]:
    """
    Return the fields of a task that its parameter ``after`` gives.

    :raises ConfigError: for a name that is missing or given twice
    """
    names = tuple(name.strip() for name in after.split(',')) if after else ('',)
    if after and not all(names):
        raise ConfigError(f'{task}.after', f"'{after}' has a comma without a name")
    if (twice := named_twice(names)) is not None:
        raise ConfigError(f'{task}.after', f"names '{twice}' twice")
    return {'after': names[0], 'joined_with': names[1:]}


def check_known(tasks: Collection[TaskConfig]) -> None:
    """Check that the tasks before every task exist; :raises ConfigError: when one does not."""
    names = tuple(task.name for task in tasks)
    for task in tasks:
        for before in task.before:
            if before not in names:
                problem = f"there is no task named '{before}'{did_you_mean(before, names)}"
                raise ConfigError(f'{task.name}.after', problem)


def check_ways(config: PipelineConfig) -> None:
    """
    Check that no task comes after itself, and that a join is of one topic's frames.

    :raises ConfigError: naming the task
    """
    before = {task.name: task.before for task in config.tasks}
    passed: set[str] = set()
    for task in config.tasks:
        _check_way((task.name,), before, passed)
    for task in config.tasks:
        _check_joined(task, config)


def _check_way(
    way: tuple[str, ...], before: Mapping[str, tuple[str, ...]], passed: set[str]
) -> None:
    """Check that no task comes after itself; ``passed`` are those that are known not to."""
    for name in before[way[-1]]:
        if name in way:
            loop = ' -> '.join([*way, name])
            raise ConfigError(f'{way[0]}.after', f'the cascade is a loop: {loop}')
        if name not in passed:
            _check_way((*way, name), before, passed)
    passed.add(way[-1])


def _check_joined(task: TaskConfig, config: PipelineConfig) -> None:
    """Check that the results that a task joins are of one topic's frames."""
    by_name = {one.name: one for one in config.tasks}
    heads = {name: config.source_of(by_name[name]) for name in task.before}
    # depth images are for the frames of the topic, which activate other tasks at once
    topics = {
        name: head.trigger_topic
        or ' and '.join(filter(None, (head.topic, head.second_topic * (not head.pairs_depth))))
        for name, head in heads.items()
    }
    if len(set(topics.values())) > 1:
        told = ', '.join(f"'{name}' of '{topic}'" for name, topic in topics.items())
        raise ConfigError(f'{task.name}.after', f'joins results of different frames: {told}')
