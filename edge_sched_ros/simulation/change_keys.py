# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Changes in a workload file, checked before the run."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from typing import Any
from typing import Literal

from pydantic import BaseModel
from pydantic import Field
from pydantic import model_validator

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.parsing import parse
from edge_sched_ros.plugins.policies import make_policy
from edge_sched_ros.system.change import Change
from edge_sched_ros.system.checks import FanOut
from edge_sched_ros.system.checks import whole_ns
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.fields import Chance
from edge_sched_ros.system.fields import FloorRate
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import Positive
from edge_sched_ros.system.fields import Share
from edge_sched_ros.system.fields import Strict
from edge_sched_ros.system.fields import Truth
from edge_sched_ros.system.fields import Whole
from edge_sched_ros.system.system import System
from edge_sched_ros.system.workload import Stream
from edge_sched_ros.system.workload import Task


class _Set(Strict):
    @model_validator(mode='before')
    @classmethod
    def _no_null(cls, values: dict[str, Any]) -> dict[str, Any]:
        for key, value in values.items():
            if value is None:
                raise ValueError(f'{key} is null')
        return values


class UnitSet(_Set):
    """Keys that a change of a unit sets. Keys that it leaves out return to their default."""

    mode: str = Field('', description="One of the unit's modes; empty for the full clock.")
    speed: Positive | None = Field(
        None, description='Speed instead of that of the mode, with the same energy.'
    )
    state: Literal['available', 'unavailable'] = Field(
        'available',
        description='With ``unavailable``, jobs that run on the unit fail (``unit_lost``).',
    )


class DeviceSet(_Set):
    """Keys that a change of a device sets. Keys that it leaves out return to their default."""

    state: Literal['available', 'unavailable'] = Field(
        'available',
        description='With ``unavailable`` the device dies, and all that is in it is lost; with '
        '``available`` it comes back.',
    )
    speed: Positive = Field(
        1.0, description='Speed of all its units, relative to that of their costs.'
    )


class LinkSet(_Set):
    """Keys that a change of a link sets. Keys that it leaves out keep their value."""

    state: Literal['available', 'unavailable'] | None = Field(
        None, description='Whether the link is cut.'
    )
    latency_ms: NotNegative | None = Field(None, description='As in the link.')
    bandwidth_mbps: Positive | None = Field(None, description='As in the link.')
    loss: Chance | None = Field(None, description='As in the link.')


class StreamSet(_Set):
    """Keys that a change of a stream sets."""

    period_ms: Positive = Field(description='New period, in force after the next frame.')


class TaskSet(_Set):
    """
    Keys that a change of a task sets. Keys that it leaves out keep their value. Present jobs
    keep their deadlines.
    """

    deadline_ms: Positive | None = Field(None, description='Value for future jobs.')
    period_ms: Positive | None = Field(
        None,
        description="Period of the task's own stream; without an own stream only the period that "
        'policies expect.',
    )
    priority: Whole | None = Field(None, description='Value for future jobs.')
    min_rate_hz: FloorRate | None = Field(None, description='As in the task.')
    every_n: Whole | None = Field(None, ge=1, description='As in the task.')
    queue_depth: Whole | None = Field(None, ge=1, description='As in the task.')
    max_in_flight: Whole | None = Field(None, ge=1, description='As in the task.')
    enabled: Truth | None = Field(
        None, description='False drops waiting jobs (``disabled``); running jobs go on.'
    )
    probability: Share | None = Field(None, description='As in the task.')
    fan_out: FanOut | None = Field(None, description='As in the task.')


def check_changes(system: System) -> None:
    """
    Check all changes in a workload.

    :raises ConfigError: naming file and key
    """
    workload, streams = system.workload, system.streams
    for index, change in enumerate(workload.changes):
        where = f'{workload.at("changes")}.{index}'
        for key in ('device', 'link'):
            if getattr(change, key):
                raise ConfigError(f'{where}.{key}', 'is for a system with several devices')
        kinds: dict[str, tuple[Collection[str], type[BaseModel]]] = {
            'task': (workload.tasks, TaskSet),
            'stream': (streams, StreamSet),
            'unit': (system.device.units, UnitSet),
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
            _check_mode(change, system.device, where)
        elif change.task:
            _check_cascade(workload.tasks[change.task], change, where)
        elif not change.stream:
            _check_policy(change, where)
        _check_period(change, streams, where)


def _check_mode(change: Change, device: Device, where: str) -> None:
    modes = device.units[change.unit].modes
    mode = change.set.get('mode', '')
    if mode and mode not in modes:
        known = ', '.join(modes) or 'none'
        raise ConfigError(f'{where}.set.mode', f"there is no mode '{mode}' (there are {known})")


def _check_cascade(task: Task, change: Change, where: str) -> None:
    for key in ('probability', 'fan_out'):
        if key in change.set and not task.after:
            raise ConfigError(f'{where}.set.{key}', 'only for a task with after')


def _check_period(change: Change, streams: Mapping[str, Stream], where: str) -> None:
    for key in ('deadline_ms', 'period_ms'):
        if (change.task or change.stream) and key in change.set:
            whole_ns(change.set[key], f'{where}.set.{key}')
    stream = streams.get(change.stream or change.task)
    if stream is None or 'period_ms' not in change.set:
        return
    if stream.jitter_ms > change.set['period_ms']:
        problem = f'must not be below the jitter_ms of {stream.jitter_ms:g} ms'
        raise ConfigError(f'{where}.set.period_ms', problem)


def _check_policy(change: Change, where: str) -> None:
    values = dict(change.set)
    name = values.pop('policy', None)
    if name is None:
        return  # parameters of the policy that runs then
    if not isinstance(name, str):
        raise ConfigError(f'{where}.set.policy', f'must be the name of a policy, not {name!r}')
    try:
        make_policy(name, values)
    except ConfigError as error:
        raise ConfigError(f'{where}.set.{error.where}', error.problem) from None
