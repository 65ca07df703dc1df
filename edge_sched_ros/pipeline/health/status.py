# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The state of the pipeline: the basis of diagnostics, status messages and summaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.ledger import TaskAccount
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.reasons import UPSTREAM
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.execution.isolation.program import IsolationReport
from edge_sched_ros.execution.telemetry.unit_reading import NOTHING_READ
from edge_sched_ros.execution.telemetry.unit_reading import UnitReading
from edge_sched_ros.pipeline.costs.cost_sources import ProfileUse
from edge_sched_ros.pipeline.health.quota_watch import QuotaUse
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount


@dataclass(frozen=True, slots=True)
class TaskState:
    """
    One task since the pipeline was loaded.

    :param since_on_time_ns: time since its last on-time result; ``None`` before the first
    :param since_enabled_ns: time since it was enabled at run time; ``None`` if enabled from the
        start
    :param variants: each possible variant -> number of results from it
    :param hung: why it starts nothing since a call of it hung; empty when it may
    :param failures: reason -> what the last failure with it said
    :param min_rate_hz: results on time a second that it shall have; 0 for none
    :param below_min_rate: the rate it has instead; empty when the minimum is kept
    :param starved: why no task before it can activate it; empty when one can
    :param at_floor: how it is answered though not on time; empty when it does without
    :param variant_choice: which variant it runs by default and why; empty without a choice
    :param floor_starts: number of jobs that were started for that, late or not
    """

    name: str
    enabled: bool
    deadline_ns: int
    released: int
    on_time: int
    late: int
    dropped: dict[str, int]
    failed: dict[str, int]
    in_flight: int
    miss_ratio: float
    uxcost: float
    response_ms: dict[str, float | None]
    since_on_time_ns: int | None
    period_ns: int = 0
    since_enabled_ns: int | None = None
    variants: Mapping[str, int] = field(default_factory=dict)
    hung: str = ''
    failures: Mapping[str, str] = field(default_factory=dict)
    min_rate_hz: float = 0.0
    below_min_rate: str = ''
    starved: str = ''
    at_floor: str = ''
    floor_starts: int = 0
    variant_choice: str = ''


@dataclass(frozen=True, slots=True)
class UnitReport:
    """
    One unit since the pipeline was loaded.

    :param running: ``task/stage``, empty when idle
    :param busy_ns: total time in stages; its growth over time is the utilisation
    :param reading: temperature, power, clock
    :param abandoned: threads of it that are left in hung calls
    :param waiting: stages that could start now and may run on it; ``None`` if not known
    """

    name: str
    kind: str
    state: str
    reason: str
    running: str
    busy_ns: int
    stages: int
    reading: UnitReading = NOTHING_READ
    abandoned: int = 0
    waiting: int | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """
    The whole pipeline at one moment.

    :param now_ns: this moment, on the pipeline's clock
    :param started_ns: time of the last start; ``None`` before the first
    :param busy_before: unit -> its ``busy_ns`` at the last start
    :param feeds: topic -> tasks whose deadlines count from its messages
    :param missing: unit named in the configuration that cannot be used -> why
    :param left_out: ``TASK.VARIANT`` -> where and why it cannot be used
    :param profile_use: sources of the costs known from the start
    :param drifts: how often a known cost has changed
    :param drifted: ``TASK/STAGE on UNIT`` of the last such change; empty before the first
    :param appeared: kinds of units whose drivers appeared after loading
    :param quota: the CPU quota, if it is less than the CPU units could use
    :param out: task -> why the code of its program cannot be used; it is disabled
    :param isolated: task -> the state of its process, for those with ``isolation: process``
    :param doubts: task -> what is suspicious about its latest results
    :param native: task -> the steps that the native module does, without tasks that have none
    :param in_python: task -> the other steps, and why, likewise
    :param policy_problem: why another policy decides; empty if the configured one does
    """

    now_ns: int
    started_ns: int | None
    policy: str
    policy_parameters: dict[str, float]
    miss_ratio: float
    uxcost: float
    tasks: tuple[TaskState, ...]
    units: tuple[UnitReport, ...]
    inputs: dict[str, InputAccount]
    busy_before: dict[str, int]
    feeds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    profile_use: ProfileUse | None = None
    drifts: int = 0
    drifted: str = ''
    quota: QuotaUse | None = None
    appeared: tuple[str, ...] = ()
    policy_problem: str = ''
    out: Mapping[str, str] = field(default_factory=dict)
    isolated: Mapping[str, IsolationReport] = field(default_factory=dict)
    doubts: Mapping[str, str] = field(default_factory=dict)
    native: Mapping[str, str] = field(default_factory=dict)
    in_python: Mapping[str, str] = field(default_factory=dict)


def read_status(
    dispatcher: LowLevelDispatcher,
    now_ns: int,
    *,
    inputs: dict[str, InputAccount],
    started_ns: int | None,
    busy_before: dict[str, int],
    feeds: Mapping[str, tuple[str, ...]],
    missing: Mapping[str, str],
    left_out: Mapping[str, str],
    readings: Mapping[str, UnitReading],
    profile_use: ProfileUse | None = None,
    quota: QuotaUse | None = None,
    appeared: tuple[str, ...] = (),
    out: Mapping[str, str] | None = None,
    isolated: Mapping[str, IsolationReport] | None = None,
    failures: Mapping[str, Mapping[str, str]] | None = None,
    doubts: Mapping[str, str] | None = None,
    native: Mapping[str, str] | None = None,
    in_python: Mapping[str, str] | None = None,
) -> Status:
    """Return the status of a dispatcher; call it while nothing else handles events."""
    waiting = dispatcher.waiting()
    abandoned = Counter(one.unit for one in dispatcher.hung_calls.values() if one.abandoned)
    return Status(
        now_ns=now_ns,
        started_ns=started_ns,
        policy=dispatcher.policy_name,
        # a plan is not a number
        policy_parameters={k: v for k, v in dispatcher.policy_parameters.items() if k != 'plan'},
        policy_problem=dispatcher.policy_problem,
        miss_ratio=dispatcher.ledger.miss_ratio,
        uxcost=dispatcher.ledger.uxcost,
        tasks=tuple(
            _task(dispatcher, name, now_ns, (failures or {}).get(name, {}))
            for name in dispatcher.tasks
        ),
        units=tuple(
            UnitReport(
                name=name,
                kind=state.unit.kind,
                state=state.state,
                reason=state.reason,
                running=', '.join(f'{run.task}/{run.stage}' for run in state.running.values()),
                busy_ns=state.busy_until_now_ns(now_ns),
                stages=state.stages_done,
                reading=readings.get(name, NOTHING_READ),
                abandoned=abandoned[name],
                waiting=waiting[name],
            )
            for name, state in dispatcher.units.items()
        ),
        inputs=inputs,
        busy_before=busy_before,
        feeds=feeds,
        missing=missing,
        left_out=left_out,
        profile_use=profile_use,
        drifts=dispatcher.profiles.drifts,
        drifted=_name(dispatcher.profiles.drifted),
        quota=quota,
        appeared=appeared,
        out=out or {},
        isolated=isolated or {},
        doubts=doubts or {},
        native=native or {},
        in_python=in_python or {},
    )


def _name(key: StageKey | None) -> str:
    return '' if key is None else f'{key.task}/{key.stage} on {key.unit}'


def _task(
    dispatcher: LowLevelDispatcher, name: str, now_ns: int, failures: Mapping[str, str]
) -> TaskState:
    spec = dispatcher.tasks[name]
    return task_state(
        name,
        dispatcher.ledger.tasks[name],
        now_ns,
        enabled=spec.enabled,
        deadline_ns=spec.deadline_ns,
        period_ns=spec.period_ns,
        variants=[one.name for one in spec.variants],
        hung=dispatcher.why_off(name, now_ns),
        failures=failures,
        min_rate_hz=spec.min_rate_hz,
        below_min_rate=dispatcher.why_below_min_rate(name, now_ns),
        starved=why_starved(name, dispatcher.tasks) if spec.enabled else '',
        at_floor=dispatcher.why_at_floor(name, now_ns),
        floor_starts=dispatcher.floor_starts.get(name, 0),
        variant_choice=dispatcher.why_variant(name),
    )


def why_starved(name: str, tasks: Mapping[str, TaskSpec]) -> str:
    """Return which task before a task is disabled, so that none of its jobs is released."""
    ahead, seen = list(tasks[name].before), {name}
    for one in ahead:
        if one in tasks and one not in seen:
            seen.add(one)
            if not tasks[one].enabled:
                return f"after '{one}', which is disabled"
            ahead += tasks[one].before
    return ''


def task_state(
    name: str,
    account: TaskAccount,
    now_ns: int,
    *,
    enabled: bool,
    deadline_ns: int,
    period_ns: int,
    variants: Iterable[str],
    hung: str = '',
    failures: Mapping[str, str] | None = None,
    min_rate_hz: float = 0.0,
    below_min_rate: str = '',
    starved: str = '',
    at_floor: str = '',
    floor_starts: int = 0,
    variant_choice: str = '',
) -> TaskState:
    """Return the state of a task by its account."""
    figures = account.to_dict(deadline_ns)
    last_ns = account.last_on_time_ns
    return TaskState(
        name=name,
        enabled=enabled,
        deadline_ns=deadline_ns,
        released=account.released,
        on_time=account.on_time,
        late=account.late,
        dropped=figures['dropped'],
        failed=figures['failed'],
        in_flight=account.in_flight,
        miss_ratio=account.miss_ratio,
        uxcost=account.violation_rate,
        response_ms=figures['response_ms'],
        since_on_time_ns=None if last_ns is None else now_ns - last_ns,
        period_ns=period_ns,
        since_enabled_ns=None if account.enabled_ns is None else now_ns - account.enabled_ns,
        variants=dict.fromkeys(variants, 0) | account.variants,
        hung=hung,
        failures=failures or {},
        min_rate_hz=min_rate_hz,
        below_min_rate=below_min_rate,
        starved=starved,
        at_floor=at_floor,
        floor_starts=floor_starts,
        variant_choice=variant_choice,
    )


def summary(status: Status) -> dict[str, Any]:
    """
    Return the account of a finished run, JSON types only.

    :raises InvariantError: when a task's jobs do not add up, or some are still in flight
    """
    elapsed_ns = status.now_ns - status.started_ns if status.started_ns is not None else 0
    tasks = {
        task.name: {
            'deadline_ms': task.deadline_ns / 1e6,
            'released': task.released,
            'on_time': task.on_time,
            'late': task.late,
            'dropped': task.dropped,
            'failed': task.failed,
            'response_ms': task.response_ms,
        }
        for task in status.tasks
    }
    check_account(tasks)
    units = {
        unit.name: {
            'kind': unit.kind,
            'utilisation': _share(unit.busy_ns - status.busy_before.get(unit.name, 0), elapsed_ns),
        }
        for unit in status.units
    }
    inputs = {topic: account.to_dict() for topic, account in status.inputs.items()}
    found = {'policy': status.policy, 'tasks': tasks, 'units': units, 'inputs': inputs}
    return found if status.quota is None else {**found, 'cpu_quota': status.quota.to_dict()}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def nothing_usable(account: dict[str, Any]) -> str:
    """
    Return why a finished run could use none of its input; empty otherwise.

    :param account: as in :func:`summary`
    """
    tasks, inputs = account['tasks'].values(), account['inputs']
    for task in tasks:
        # jobs dropped because the task before them gave no result
        if task['on_time'] or task['late'] or task['dropped'].keys() - {UPSTREAM}:
            return ''
    refused: dict[str, dict[str, int]] = {name: one['rejected'] for name, one in inputs.items()}
    refused |= {name: task['failed'] for name, task in account['tasks'].items()}
    told = [
        f'{name}: {", ".join(f"{count} {reason}" for reason, count in counts.items())}'
        for name, counts in refused.items()
        if counts
    ]
    if told:
        return f'nothing could be used: {"; ".join(told)}'
    came = any(one['received'] for one in inputs.values())
    return '' if came else f'no messages on {", ".join(inputs)}'


def check_account(tasks: dict[str, Any]) -> None:
    """
    Check that every released job of every task ended exactly once.

    :param tasks: as in :func:`summary`
    :raises InvariantError: naming the task whose jobs do not add up
    """
    for name, task in tasks.items():
        lost = sum(task['dropped'].values()) + sum(task['failed'].values())
        ended = task['on_time'] + task['late'] + lost
        if ended != task['released']:
            raise InvariantError(f'{name}: {task["released"]} jobs released, {ended} ended')
