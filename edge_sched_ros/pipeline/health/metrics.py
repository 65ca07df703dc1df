# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The state of a scheduler as metrics of Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.pipeline.health.rates import Rates
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.health.status import TaskState

_PREFIX = 'edge_sched'
_QUANTILES = {'p50': '0.5', 'p95': '0.95', 'p99': '0.99'}


class StatusMetrics:
    """Gives the last status as metrics; nothing is read or locked when they are asked for."""

    def __init__(self) -> None:
        #: replaced as a whole; ``None`` while the scheduler is not active
        self._last: tuple[Status, Rates] | None = None

    def update(self, status: Status, rates: Rates) -> None:
        """Take the newest status and what has changed since the one before."""
        self._last = (status, rates)

    def clear(self) -> None:
        """Give nothing until the next status."""
        self._last = None

    def describe(self) -> list[Any]:
        """Return nothing: registration needs no check."""
        return []

    def collect(self) -> Iterator[Any]:
        """Yield all metrics."""
        last = self._last
        if last is None:
            return
        status, rates = last
        yield _gauge('policy_info', 'Policy that decides: 1.', {(('policy', status.policy),): 1})
        yield _gauge('uxcost', 'Violation rates times energy.', {(): status.uxcost})
        yield from _of_tasks(status, rates)
        yield from _of_units(status, rates)
        yield from _of_inputs(status, rates)


#: pairs of a label and its value -> number
_Samples = Mapping[Any, float]


def _gauge(name: str, meaning: str, samples: _Samples) -> Any:
    from prometheus_client.core import GaugeMetricFamily

    return _filled(GaugeMetricFamily, name, meaning, samples)


def _counter(name: str, meaning: str, samples: _Samples) -> Any:
    from prometheus_client.core import CounterMetricFamily

    return _filled(CounterMetricFamily, name, meaning, samples)


def _filled(family: Any, name: str, meaning: str, samples: _Samples) -> Any:
    labels = [label for label, _ in next(iter(samples), ())]
    made = family(f'{_PREFIX}_{name}', meaning, labels=labels)
    for key, number in samples.items():
        made.add_metric([value for _, value in key], float(number))
    return made


def _of_tasks(status: Status, rates: Rates) -> Iterator[Any]:
    tasks = status.tasks
    jobs = {key: count for task in tasks for key, count in _jobs(task).items()}
    yield _counter('jobs', 'Jobs that ended, by outcome and reason.', jobs)
    yield _gauge('jobs_in_flight', 'Jobs that wait or run.', _by_task(status, 'in_flight'))
    yield _gauge('task_enabled', 'Whether the task runs.', _by_task(status, 'enabled'))
    deadlines = {(('task', task.name),): task.deadline_ns / 1e9 for task in tasks}
    yield _gauge('deadline_seconds', 'Deadline of the task.', deadlines)
    hz = {(('task', task.name),): rates.tasks[task.name].on_time_hz for task in tasks}
    yield _gauge('on_time_hertz', 'Answers on time, over the last period.', hz)
    responses = {
        (('task', task.name), ('quantile', _QUANTILES[name])): value / 1e3
        for task in tasks
        for name, value in task.response_ms.items()
        if value is not None and name in _QUANTILES
    }
    yield _gauge('response_seconds', 'Response times since the start.', responses)


def _by_task(status: Status, field: str) -> _Samples:
    return {(('task', task.name),): float(getattr(task, field)) for task in status.tasks}


def _jobs(task: TaskState) -> _Samples:
    counts = {('on_time', ''): task.on_time, ('late', ''): task.late}
    counts |= {('dropped', reason): count for reason, count in task.dropped.items()}
    counts |= {('failed', reason): count for reason, count in task.failed.items()}
    return {
        (('task', task.name), ('outcome', outcome), ('reason', reason)): count
        for (outcome, reason), count in counts.items()
    }


def _of_units(status: Status, rates: Rates) -> Iterator[Any]:
    def labels(name: str, kind: str) -> tuple[tuple[str, str], ...]:
        return (('unit', name), ('kind', kind))

    units = {labels(unit.name, unit.kind): unit for unit in status.units}
    busy = {key: rates.utilisation[unit.name] for key, unit in units.items()}
    yield _gauge('unit_utilisation_ratio', 'Share of the last period in stages.', busy)
    there = {key: float(unit.state == AVAILABLE) for key, unit in units.items()}
    yield _gauge('unit_available', 'Whether the unit can be used.', there)
    waiting = {k: float(unit.waiting) for k, unit in units.items() if unit.waiting is not None}
    yield _gauge('unit_waiting_stages', 'Stages that could start and may run on it.', waiting)
    warm = {
        key: unit.reading.temperature_c
        for key, unit in units.items()
        if unit.reading.temperature_c == unit.reading.temperature_c
    }
    yield _gauge('unit_temperature_celsius', 'Temperature of the unit.', warm)
    power = {
        key: unit.reading.power_mw / 1e3
        for key, unit in units.items()
        if unit.reading.power_mw == unit.reading.power_mw
    }
    yield _gauge('unit_power_watts', "Power of the unit's rail.", power)


def _of_inputs(status: Status, rates: Rates) -> Iterator[Any]:
    inputs = status.inputs
    received = {(('topic', topic),): float(one.received) for topic, one in inputs.items()}
    yield _counter('input_messages', 'Messages received.', received)
    rejected = {
        (('topic', topic), ('reason', reason)): float(count)
        for topic, one in inputs.items()
        for reason, count in one.rejected.items()
    }
    yield _counter('input_rejected', 'Messages that could not be used.', rejected)
    lost = {(('topic', topic),): float(one.lost) for topic, one in inputs.items()}
    yield _counter('input_lost', 'Messages that never arrived.', lost)
    ages = {(('topic', t),): ns / 1e9 for t, ns in rates.age_ns.items() if ns is not None}
    yield _gauge('input_age_seconds', 'Mean age of the frames on arrival.', ages)
