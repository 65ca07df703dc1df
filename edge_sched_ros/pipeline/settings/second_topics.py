# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks the second topics of tasks that work on two cameras."""

from __future__ import annotations

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import PROCESS
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig
from edge_sched_ros.pipeline.settings.topic_names import COMPRESSED_TYPE
from edge_sched_ros.pipeline.settings.topic_names import IMAGE_TYPE


def check_second_topics(config: PipelineConfig) -> None:
    """
    Check that second topics belong to tasks with pictures, and tolerances to pairs.

    :raises ConfigError: naming the parameter
    """
    tolerances: dict[tuple[str, str], TaskConfig] = {}
    for task in config.tasks:
        where = f'{task.name}.second_topic'
        if task.pairs_depth and task.isolation == PROCESS:
            told = 'what takes the depth of a topic runs in a thread of the node'
            raise ConfigError(f'{task.name}.isolation', told)
        if not task.second_topic:
            if task.pairs_depth:
                _check_depth_before(config, task)
            if task.sync_tolerance_ms:
                raise ConfigError(f'{task.name}.sync_tolerance_ms', 'needs a second_topic')
            continue
        if task.after:
            raise ConfigError(where, f"belongs to the task with the topic, before '{task.after}'")
        if task.trigger_topic:
            raise ConfigError(where, 'cannot be paired with the latest image of a trigger')
        if task.second_topic == task.topic:
            raise ConfigError(where, f"is the topic itself, '{task.topic}'")
        if task.type_of_second not in (IMAGE_TYPE, COMPRESSED_TYPE):
            raise ConfigError(where, f'is {task.type_of_second}: only images are paired')
        first = tolerances.setdefault((task.topic, task.second_topic), task)
        if first.sync_tolerance_ms != task.sync_tolerance_ms:
            raise ConfigError(
                f'{task.name}.sync_tolerance_ms',
                f"is {task.sync_tolerance_ms:g}, '{first.name}' has {first.sync_tolerance_ms:g} "
                'for the same topics',
            )


def _check_depth_before(config: PipelineConfig, task: TaskConfig) -> None:
    """Check that a task without a second topic gets depth images from the task at its head."""
    head = config.source_of(task)
    if head is task:
        told = 'must be given: the topic of the depth images'
        raise ConfigError(f'{task.name}.second_topic', told)
    if not head.pairs_depth:
        told = f"takes depth images, and '{head.name}' has none as second_topic"
        raise ConfigError(f'{task.name}.after', told)
