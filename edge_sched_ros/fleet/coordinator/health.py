# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The diagnostics of a coordinator: tasks, devices, and what keeps them apart."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core.ledger import TaskAccount
from edge_sched_ros.fleet.coordinator.coordinator import Coordinator
from edge_sched_ros.fleet.coordinator.report import device_rows
from edge_sched_ros.fleet.coordinator.report import DeviceRow
from edge_sched_ros.pipeline.health.health import ERROR
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN


def examine_fleet(coordinator: Coordinator) -> list[Health]:
    """Return a line per task and per device, and one with what is wrong otherwise."""
    accounts: dict[str, TaskAccount] = coordinator.read(lambda one: dict(one.ledger.tasks))
    problems: list[str] = coordinator.read(lambda one: list(one.problems))
    lines = [_task(name, account) for name, account in accounts.items()]
    lines += [_device(row) for row in device_rows(coordinator)]
    rejected: dict[str, str] = coordinator.read(
        lambda _: {reason: str(count) for reason, count in coordinator.rejected.items()}
    )
    failed: str = coordinator.read(lambda one: one.policy_problem)
    if failed:
        lines.append(Health('policy', ERROR, failed, 'high_level_policy'))
    level = WARN if problems else OK
    lines.append(Health('devices', level, '; '.join(problems) or 'all fit', 'fleet', rejected))
    return lines


def _task(name: str, account: TaskAccount) -> Health:
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
    return Health(name, level, text, name, {key: str(value) for key, value in values.items()})


def _reasons(group: str, counts: Mapping[str, int]) -> dict[str, int]:
    return {f'{group} {reason}': count for reason, count in counts.items()}


def _device(row: DeviceRow) -> Health:
    level = OK if row.state == 'in use' else WARN
    if row.state == 'refused':
        level = ERROR
    values = {
        'units': ', '.join(row.units),
        **{f'partitions of {task}': str(count) for task, count in row.done.items()},
        'clock offset ms': f'{row.offset_ms:.3f} +- {row.offset_error_ms:.3f}',
        'latency ms': f'{row.latency_ms:.3f}',
        'link Mbit/s': f'{row.mbps:.1f}' if row.mbps else 'unknown',
        'times lost': str(row.times_lost),
        **{key: str(value) for key, value in row.counts.items()},
    }
    text = f'{row.state}: {row.reason}' if row.reason else row.state
    for problem in row.problems:
        text += f'; {problem}'
    return Health(f'device {row.name}', level, text, row.name, values)
