# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What ``edge-sched top`` shows, as plain data that another process can send as JSON."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.core.errors import ConfigError

#: smaller times, up to 1973, are of a simulated or a monotonic clock
_ERA_S = 1e8


@dataclass(frozen=True, slots=True)
class TaskRow:
    """
    One task.

    :param problem: why it gets no frames, or too few results; empty when all is well
    :param on_time_hz: answers on time a second, over the last period; ``None`` if not known
    :param p50_ms: of its responses; ``None`` before the first
    :param p99_ms: likewise
    :param age_ms: mean age of its frames on arrival; ``None`` if not known
    :param in_flight: frames that wait or run
    :param lost: reason -> frames without an answer
    :param native: steps that the native module does; empty if none, or not known
    :param in_python: steps that it could do and does not, with the reasons; likewise
    """

    name: str
    deadline_ms: float
    enabled: bool = True
    problem: str = ''
    on_time_hz: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    age_ms: float | None = None
    in_flight: int = 0
    on_time: int = 0
    late: int = 0
    lost: Mapping[str, int] = field(default_factory=dict)
    native: str = ''
    in_python: str = ''

    @property
    def ended(self) -> int:
        """Number of jobs that have ended."""
        return self.on_time + self.late + sum(self.lost.values())


@dataclass(frozen=True, slots=True)
class UnitRow:
    """
    One unit; of a coordinator it is named ``DEVICE/UNIT``.

    :param reason: why it is not available
    :param running: ``task/stage``; empty when idle
    :param utilisation: 0..1 over the last period
    :param waiting: stages that could start and may run on it; ``None`` if not known
    :param temperature_c: ``None`` if not known
    """

    name: str
    utilisation: float
    kind: str = ''
    state: str = 'available'
    reason: str = ''
    running: str = ''
    waiting: int | None = None
    temperature_c: float | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    A scheduler at one moment, or a whole run.

    :param source: the node, or the file of a run
    :param stamp_s: seconds since 1970, or of a clock that began with a run; 0 for all of a run
    :param live: whether it goes on, and its parameters can change
    """

    source: str
    policy: str
    tasks: tuple[TaskRow, ...]
    units: tuple[UnitRow, ...]
    stamp_s: float = 0.0
    live: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return it in JSON types."""
        return asdict(self)


def snapshot_from(values: Mapping[str, Any]) -> Snapshot:
    """Return a snapshot from what :meth:`Snapshot.to_dict` gave."""
    return Snapshot(
        **{
            **values,
            'tasks': tuple(TaskRow(**one) for one in values['tasks']),
            'units': tuple(UnitRow(**one) for one in values['units']),
        }
    )


def shown_time(stamp_s: float) -> str:
    """Return a time: of day, or in seconds of a clock that does not know the time of day."""
    if stamp_s < _ERA_S:
        return f'{stamp_s:.1f} s'
    return time.strftime('%H:%M:%S', time.localtime(stamp_s))


def known(value: float | None) -> float | None:
    """Return a number, or ``None`` in place of NaN."""
    return None if value is None or math.isnan(value) else float(value)


def snapshot_of_account(values: Any, source: str) -> Snapshot:
    """
    Return a snapshot of a run from its account, as ``replay`` and ``simulate`` print it.

    :param source: the file, for messages, too
    :raises ConfigError: when it is no account of a run
    """
    try:
        seconds = values.get('seconds')
        return Snapshot(
            source=source,
            policy=str(values['policy']),
            tasks=tuple(_task(name, one, seconds) for name, one in values['tasks'].items()),
            units=_units(values),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ConfigError(
            source,
            'is not the account of a run: give what edge-sched replay --json, edge-sched simulate '
            '--json or the parameter summary_file has written, a trace, or a bag',
        ) from None


def _units(values: Mapping[str, Any]) -> tuple[UnitRow, ...]:
    units = dict(values.get('units', {}))
    for device, one in values.get('devices', {}).items():
        units |= {f'{device}/{name}': unit for name, unit in one.get('units', {}).items()}
    return tuple(
        UnitRow(name, float(one['utilisation']), str(one.get('kind', '')))
        for name, one in units.items()
        if 'utilisation' in one
    )


def _task(name: str, values: Mapping[str, Any], seconds: float | None) -> TaskRow:
    lost = {**values['dropped'], **{f'failed_{k}': n for k, n in values['failed'].items()}}
    response = values['response_ms']
    return TaskRow(
        name=name,
        deadline_ms=float(values['deadline_ms']),
        on_time_hz=None if seconds is None else values['on_time'] / seconds,
        p50_ms=known(response['p50']),
        p99_ms=known(response['p99']),
        on_time=int(values['on_time']),
        late=int(values['late']),
        lost={reason: int(count) for reason, count in lost.items()},
    )
