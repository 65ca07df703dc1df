# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The diagnostics of a coordinator: tasks, devices, and what keeps them apart."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from edge_sched_ros.core.high_level.breakers import Failing
from edge_sched_ros.core.ledger import TaskAccount
from edge_sched_ros.core.reasons import INVALID_OUTPUT
from edge_sched_ros.fleet.coordinator.coordinator import Coordinator
from edge_sched_ros.fleet.coordinator.report import device_rows
from edge_sched_ros.fleet.coordinator.report import DeviceRow
from edge_sched_ros.fleet.doubts import has_doubts
from edge_sched_ros.pipeline.health.health import ERROR
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.rates import Rates


def examine_fleet(
    coordinator: Coordinator,
    now_ns: int,
    out: Mapping[str, str] = MappingProxyType({}),
    rates: Rates | None = None,
) -> list[Health]:
    """
    Return a line per task and per device, and one with what is wrong otherwise.

    :param now_ns: on the coordinator's clock
    :param out: task whose own code failed outside of a job -> why
    :param rates: over the last period, if there was one
    """
    failed_now = {} if rates is None else {name: one.failed for name, one in rates.tasks.items()}
    accounts: dict[str, TaskAccount] = coordinator.read(lambda one: dict(one.ledger.tasks))
    lines = [
        _task(name, account, out.get(name, ''), failed_now.get(name, {}).get(INVALID_OUTPUT, 0))
        for name, account in accounts.items()
    ]
    lines += [_device(row, now_ns) for row in device_rows(coordinator)]
    failed: str = coordinator.read(lambda one: one.policy_problem)
    if failed:
        lines.append(Health('policy', ERROR, failed, 'high_level_policy'))
    lines.append(coordinator.read(lambda one: _devices(one.problems, coordinator, now_ns)))
    return lines


def _devices(problems: list[str], coordinator: Coordinator, now_ns: int) -> Health:
    roster = coordinator.members.roster
    found = [*problems, *roster.problems(now_ns)]
    values = {reason: str(count) for reason, count in coordinator.rejected.items()}
    if roster.unlisted:
        values['not listed in devices'] = ', '.join(roster.unlisted)
    return Health('devices', WARN if found else OK, '; '.join(found) or 'all fit', 'fleet', values)


def _task(name: str, account: TaskAccount, out: str, invalid: int) -> Health:
    values = {
        'released': account.released,
        'on_time': account.on_time,
        'late': account.late,
        'in_flight': account.in_flight,
        **_reasons('dropped', account.dropped),
        **_reasons('failed', account.failed),
    }
    text = f'{account.on_time} of {account.ended} answers on time'
    level = OK if not account.recent or not account.recent[-1][0] else WARN
    if invalid:
        # a network that says nothing must not look like a scene without objects
        level = ERROR
        text += (
            f'; {invalid} failed ({INVALID_OUTPUT}): its network gives nothing that is a result'
        )
    if out:
        level, text = ERROR, f'out: {out}'
    return Health(name, level, text, name, {key: str(value) for key, value in values.items()})


def _reasons(group: str, counts: Mapping[str, int]) -> dict[str, int]:
    return {f'{group} {reason}': count for reason, count in counts.items()}


def _device(row: DeviceRow, now_ns: int) -> Health:
    values = {
        'units': ', '.join(row.units),
        **{f'partitions of {task}': str(count) for task, count in row.done.items()},
        'clock offset ms': f'{row.offset_ms:.3f} +- {row.offset_error_ms:.3f}',
        'latency ms': f'{row.latency_ms:.3f}',
        'link Mbit/s': f'{row.mbps:.1f}' if row.mbps else 'unknown',
        'times lost': str(row.times_lost),
        **{key: str(value) for key, value in row.counts.items()},
    }
    told = [f'{row.state}: {row.reason}' if row.reason else row.state]
    told += [f'the unit {unit} is {state}' for unit, state in row.units_out.items()]
    told += [_failing(one, now_ns) for one in row.failing]
    told += row.problems
    return Health(f'device {row.name}', _level(row), '; '.join(told), row.name, values)


def _level(row: DeviceRow) -> int:
    every_unit_out = bool(row.units) and set(row.units) <= set(row.units_out)
    fails_always = any(one.blocked or one.failed == one.recent for one in row.failing)
    if row.state == 'refused' or (row.state == 'in use' and (every_unit_out or fails_always)):
        return ERROR
    if row.state != 'in use' or row.units_out or row.failing or has_doubts(row.problems):
        return WARN
    return OK


def _failing(one: Failing, now_ns: int) -> str:
    text = f'{one.network} fails: {one.failed} of the last {one.recent} partitions ({one.reason})'
    if not one.open_until_ns:
        return text
    if not one.blocked:
        return f'{text}; it is tried on, as no other device could take over'
    return f'{text}; it gets no more of it for {max(0, one.open_until_ns - now_ns) / 1e9:.1f} s'
