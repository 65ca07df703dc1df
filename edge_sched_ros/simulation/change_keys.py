# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a workload file may change during a run, checked before it begins."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel
from pydantic import Field

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.policies.registry import make_policy
from edge_sched_ros.simulation.loading import parse
from edge_sched_ros.simulation.platform import Platform
from edge_sched_ros.simulation.schema import Positive
from edge_sched_ros.simulation.schema import Share
from edge_sched_ros.simulation.schema import Strict
from edge_sched_ros.simulation.workload import Change
from edge_sched_ros.simulation.workload import Stream
from edge_sched_ros.simulation.workload import Workload


class UnitSet(Strict):
    """Keys of a unit."""

    mode: str = ''
    speed: Positive | None = None
    state: Literal['available', 'unavailable'] = 'available'


class StreamSet(Strict):
    """Keys of a stream."""

    period_ms: Positive


class TaskSet(Strict):
    """Keys of a task."""

    deadline_ms: Positive | None = None
    period_ms: Positive | None = None
    priority: int | None = None
    every_n: int | None = Field(None, ge=1)
    queue_depth: int | None = Field(None, ge=1)
    max_in_flight: int | None = Field(None, ge=1)
    enabled: bool | None = None
    probability: Share | None = None
    fan_out: tuple[int, int] | None = None


def check_changes(workload: Workload, platform: Platform, streams: Mapping[str, Stream]) -> None:
    """
    Check all changes of a workload.

    :raises ConfigError: naming file and key
    """
    for index, change in enumerate(workload.changes):
        where = f'{workload.name}: changes.{index}'
        kinds: dict[str, tuple[Collection[str], type[BaseModel]]] = {
            'task': (workload.tasks, TaskSet),
            'stream': (streams, StreamSet),
            'unit': (platform.units, UnitSet),
        }
        for kind, (names, model) in kinds.items():
            name = getattr(change, kind)
            if not name:
                continue
            if name not in names:
                known = ', '.join(names)
                raise ConfigError(f'{where}.{kind}', f"there is no '{name}' (there are {known})")
            parse(change.set, model, f'{where}.set')
        if change.unit:
            _check_mode(change, platform, where)
        if not (change.task or change.stream or change.unit):
            _check_policy(change, where)


def _check_mode(change: Change, platform: Platform, where: str) -> None:
    modes = platform.units[change.unit].modes
    mode = change.set.get('mode', '')
    if mode and mode not in modes:
        known = ', '.join(modes) or 'none'
        raise ConfigError(f'{where}.set.mode', f"there is no mode '{mode}' (there are {known})")


def _check_policy(change: Change, where: str) -> None:
    values = dict(change.set)
    name = values.pop('policy', None)
    if name is None:
        return  # parameters of whatever policy runs then
    try:
        make_policy(name, values)
    except ConfigError as error:
        raise ConfigError(f'{where}.set.{error.where}', error.problem) from None
