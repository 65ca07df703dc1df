# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Health of tasks, units and inputs: the content of ``/diagnostics``."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.reasons import INVALID_OUTPUT
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.pipeline.admission.admission import Outlook
from edge_sched_ros.pipeline.health.input_health import age_values
from edge_sched_ros.pipeline.health.input_health import stamp_problem
from edge_sched_ros.pipeline.health.isolation_health import isolation_problem
from edge_sched_ros.pipeline.health.isolation_health import isolation_values
from edge_sched_ros.pipeline.health.levels import ERROR as ERROR
from edge_sched_ros.pipeline.health.levels import OK as OK
from edge_sched_ros.pipeline.health.levels import WARN as WARN
from edge_sched_ros.pipeline.health.rates import Rates
from edge_sched_ros.pipeline.health.rates import TaskRate
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.health.status import TaskState
from edge_sched_ros.pipeline.health.topic_monitor import monitor_values

#: prefix of the names of inputs, before the topic
INPUT_PREFIX = 'input '


@dataclass(frozen=True, slots=True)
class Health:
    """
    One line of diagnostics.

    :param name: its subject, e.g. ``detector``, ``unit cpu0``, ``input image_raw``
    :param level: :data:`OK`, :data:`WARN` or :data:`ERROR`
    """

    name: str
    level: int
    message: str
    hardware_id: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Times after which silence is an error.

    :param error_after_ns: for a task without an on-time result
    :param silent_after_ns: for a topic without a message
    """

    error_after_ns: int
    silent_after_ns: int


def examine(status: Status, rates: Rates, limits: Limits) -> list[Health]:
    """Return the health of every task, unit and input."""
    return [
        *(_task(task, status, rates, limits) for task in status.tasks),
        *_units(status, rates),
        *_missing_units(status),
        *_left_out(status),
        *_policy(status),
        *_quota(status, rates),
        *_appeared(status),
        *_profiles(status),
        *_drifts(status),
        *inputs_health(status, rates, limits),
    ]


def admission_health(outlook: Outlook, mode: str) -> Health:
    """
    Return the queueing model's prediction for the present tasks.

    :param mode: the parameter ``admission``, other than ``off``
    """
    late = {name: verdict for name, verdict in outlook.verdicts.items() if verdict.reason}
    level, message = OK, f'{len(outlook.verdicts)} tasks meet their deadlines by the model'
    if late:
        level = WARN
        message = '; '.join(f'{name} would miss: {one.reason}' for name, one in late.items())
    elif not outlook.verdicts:
        message = 'no prediction yet'
    if outlook.floors:
        level, message = WARN, '; '.join([outlook.floors, *([message] if late else [])])
    values = {'admission': mode}
    for name, verdict in outlook.verdicts.items():
        values[f'{name}_predicted_p99_ms'] = f'{verdict.p99_ms:.3g}'
        values[f'{name}_predicted_miss_share'] = f'{verdict.miss_share:.4f}'
    values |= {f'{name}_unknown': why for name, why in outlook.unknown.items()}
    return Health('admission', level, message, 'model', values)


def _policy(status: Status) -> list[Health]:
    """Return a line if another policy decides than the configured one."""
    if not status.policy_problem:
        return []
    return [Health('policy', ERROR, status.policy_problem, status.policy)]


def _running_ns(status: Status) -> int:
    return 0 if status.started_ns is None else status.now_ns - status.started_ns


def _task(task: TaskState, status: Status, rates: Rates, limits: Limits) -> Health:
    rate = rates.tasks[task.name]
    times = (_running_ns(status), task.since_on_time_ns, task.since_enabled_ns)
    since_ns = min(time for time in times if time is not None)
    # a slow task needs at least the time between its frames
    patience_ns = max(limits.error_after_ns, 3 * task.period_ns)
    isolated = status.isolated.get(task.name)
    problem = None if isolated is None else isolation_problem(isolated)
    level, message = OK, f'{rate.on_time_hz:.1f} results/s on time'
    if task.name in status.out:
        level, message = ERROR, f'out: {status.out[task.name]}'
    elif not task.enabled:
        message = 'disabled'
    elif task.hung:
        level, message = ERROR, f'off, a call hung: {task.hung}'
    elif problem is not None:
        level, message = problem
    elif task.starved:
        level, message = WARN, f'gets no frames: {task.starved}'
    elif since_ns > patience_ns:
        level, message = (
            ERROR,
            f'no on-time result for {since_ns / 1e9:.1f} s{_floor(task)}{_failed(task, rate)}',
        )
    elif task.below_min_rate and INVALID_OUTPUT not in rate.failed:
        level = WARN
        message = f'below its minimum rate: {task.below_min_rate}{_failed(task, rate)}'
    elif rate.missed:
        # a network that says nothing must not look like a scene without objects
        level = ERROR if INVALID_OUTPUT in rate.failed else WARN
        message = f'{rate.missed} of {rate.ended} missed their deadline'
        message += f'{_floor(task)}{_failed(task, rate)}'
        if rates.throttled.throttled:
            message += f' ({_stopped(rates)})'
    if task.enabled and task.name in status.doubts:
        # results that come in time and are wrong must not look healthy
        level, message = max(level, WARN), f'{message}; {status.doubts[task.name]}'
    values = {
        'deadline_ms': f'{task.deadline_ns / 1e6:g}',
        'on_time_hz': f'{rate.on_time_hz:.2f}',
        **({'min_rate_hz': f'{task.min_rate_hz:g}'} if task.min_rate_hz else {}),
        'miss_ratio': f'{rate.miss_ratio:.4f}',
        'released': str(task.released),
        'on_time': str(task.on_time),
        'late': str(task.late),
        'in_flight': str(task.in_flight),
        **({'floor_starts': str(task.floor_starts)} if task.floor_starts else {}),
        **{f'dropped_{reason}': str(count) for reason, count in task.dropped.items()},
        **{f'failed_{reason}': str(count) for reason, count in task.failed.items()},
        # no response times before the first result
        **{
            f'response_{name}_ms': str(value)
            for name, value in task.response_ms.items()
            if value is not None
        },
        **({'variant': task.variant_choice} if task.variant_choice else {}),
        **{f'variant_{name}': str(count) for name, count in task.variants.items()},
        **({} if isolated is None else isolation_values(isolated)),
        **({'native': status.native[task.name]} if task.name in status.native else {}),
        **({'in_python': status.in_python[task.name]} if task.name in status.in_python else {}),
    }
    return Health(task.name, level, message, 'task', values)


def _floor(task: TaskState) -> str:
    return f'; {task.at_floor}' if task.at_floor else ''


def _failed(task: TaskState, rate: TaskRate) -> str:
    """Return what the failures of the period said, an output that says nothing first."""
    if not rate.failed:
        return ''
    # of equal counts the same one every time
    order = sorted(rate.failed, key=lambda why: (why != INVALID_OUTPUT, -rate.failed[why], why))
    reason = order[0]
    said = task.failures.get(reason, '')
    return f'; {rate.failed[reason]} failed ({reason}){": " if said else ""}{said}'


def _units(status: Status, rates: Rates) -> list[Health]:
    found = []
    for unit in status.units:
        usable = unit.state == AVAILABLE
        busy = rates.utilisation[unit.name]
        level, message = OK, f'{busy:.0%} busy'
        if not usable:
            level, message = ERROR, f'{unit.state}: {unit.reason}'
        elif unit.reason:
            level = WARN if unit.reading.throttled else OK
            message = f'{message}, {unit.reason}'
        if unit.abandoned and usable:
            level = WARN
            message = f'{message}, {unit.abandoned} threads are left in hung calls'
        found.append(
            Health(
                f'unit {unit.name}',
                level,
                message,
                unit.name,
                {
                    'kind': unit.kind,
                    'state': unit.state,
                    'utilisation': f'{busy:.3f}',
                    'running': unit.running,
                    'stages': str(unit.stages),
                    **({} if unit.waiting is None else {'waiting': str(unit.waiting)}),
                    **unit.reading.values(),
                },
            )
        )
    return found


def _missing_units(status: Status) -> list[Health]:
    return [
        Health(f'unit {name}', WARN, f'configured, but cannot be used: {reason}', name)
        for name, reason in status.missing.items()
    ]


def _stopped(rates: Rates) -> str:
    seen = rates.throttled
    return (
        f'the CPU quota stopped this process in {seen.throttled} of {seen.periods} periods, '
        f'for {seen.stopped_s * 1e3:.0f} ms'
    )


def _appeared(status: Status) -> list[Health]:
    return [
        Health(f'unit {kind}', WARN, 'appeared since the start: configure again to use it', kind)
        for kind in status.appeared
    ]


def _quota(status: Status, rates: Rates) -> list[Health]:
    use = status.quota
    if use is None:
        return []
    level, message = (WARN if use.too_many_units else OK), str(use)
    if rates.throttled.throttled:
        level, message = WARN, f'{message}; {_stopped(rates)}'
    values = {key: str(value) for key, value in use.to_dict().items()}
    return [Health('cpu quota', level, message, 'cpu', values)]


def _profiles(status: Status) -> list[Health]:
    use = status.profile_use
    if use is None:
        return []
    level, message = OK, '; '.join(filter(None, (use.extent, use.remark)))
    if use.doubts:
        level, message = WARN, f'may be wrong here: {"; ".join(use.doubts)}'
    if use.unknown:
        level, message = WARN, '; '.join((*use.unknown, message))
    values = {
        'file': use.file,
        'measured': ', '.join(use.measured),
        'learned': ', '.join(use.missing),
    }
    return [Health('profiles', level, message, 'profiles', values)]


def _drifts(status: Status) -> list[Health]:
    """Costs that differ from the known ones: information, not a fault."""
    if not status.drifts:
        return []
    message = f'costs changed {status.drifts} times, last that of {status.drifted}'
    values = {'drifts': str(status.drifts), 'last': status.drifted}
    return [Health('costs', OK, message, 'profiles', values)]


def _left_out(status: Status) -> list[Health]:
    return [
        Health(f'variant {name}', WARN, reason, 'network')
        for name, reason in status.left_out.items()
    ]


def inputs_health(status: Status, rates: Rates, limits: Limits) -> list[Health]:
    """Return a line for each topic."""
    found = []
    for topic, account in status.inputs.items():
        since_ns = _running_ns(status)
        if account.last_ns is not None:
            since_ns = min(since_ns, status.now_ns - account.last_ns)
        rejected, problem = rates.rejected[topic], stamp_problem(topic, status, rates)
        wrong = [f'{rejected} messages were rejected'] if rejected else []
        wrong += [problem.text] if problem is not None else []
        if rates.lost.get(topic, 0) > 0:
            wrong.append(f'{rates.lost[topic]} lost before arrival ({account.lost_by})')
        level, message = OK, f'{rates.received[topic] / rates.period_s:.1f} messages/s'
        if since_ns > limits.silent_after_ns:
            level = ERROR
            message = f"no message on '{topic}' for {since_ns / 1e9:.1f} s"
        elif wrong:
            level, message = WARN, '; '.join(wrong)
        values = {
            **monitor_values(topic, status, rates),
            'received': str(account.received),
            'lost_before_arrival': str(account.lost) if account.lost_by else 'unknown',
            'lost_by': account.lost_by,
            'tasks': ', '.join(status.feeds.get(topic, ())),
            **{f'rejected_{reason}': str(count) for reason, count in account.rejected.items()},
            **age_values(account, rates.age_ns[topic]),
        }
        found.append(Health(f'{INPUT_PREFIX}{topic}', level, message, topic, values))
    return found
