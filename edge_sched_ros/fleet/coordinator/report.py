# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a coordinator tells people of tasks and devices."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.core.high_level.breakers import Failing
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.fleet.coordinator.coordinator import Coordinator
from edge_sched_ros.fleet.coordinator.members import Member


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """
    One device in the table.

    :param done: task -> partitions that ended there
    :param offset_ms: its clock less the coordinator's, and how far off that may be
    :param latency_ms: one way, from the local device
    :param mbps: of the link from the local device, as seen; 0 while unknown
    :param units_out: unit that cannot be used now -> its state
    :param failing: networks whose partitions fail there
    """

    name: str
    state: str
    reason: str
    units: tuple[str, ...]
    done: Mapping[str, int]
    times_lost: int
    offset_ms: float
    offset_error_ms: float
    latency_ms: float
    mbps: float
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    units_out: Mapping[str, str] = field(default_factory=dict)
    failing: tuple[Failing, ...] = ()


def device_rows(coordinator: Coordinator) -> list[DeviceRow]:
    """Return a row per device that was ever heard of, the local one first."""
    rows: list[DeviceRow] = coordinator.read(
        lambda one: [_row(coordinator, member, one.failing) for member in coordinator.members]
    )
    return sorted(rows, key=lambda row: (row.name != coordinator.home, row.name))


def _row(coordinator: Coordinator, member: Member, failing: Iterable[Failing]) -> DeviceRow:
    name, status, clock = member.name, member.status, member.clock
    local = name == coordinator.home
    reading = coordinator.links.readings.get((coordinator.home, name))
    done = {task: n for (device, task), n in coordinator.done.items() if device == name}
    return DeviceRow(
        name=name,
        state=member.state,
        reason=member.refused or member.lost,
        units=tuple(unit.name for unit in member.offer.offer.units),
        done=dict(sorted(done.items())),
        times_lost=member.times_lost,
        offset_ms=0.0 if local else clock.offset_ns / 1e6,
        offset_error_ms=0.0 if local else clock.error_ns / 1e6,
        latency_ms=0.0 if local else clock.latency_ns / 1e6,
        mbps=0.0 if reading is None else reading.bytes_per_s * 8 / 1e6,
        counts={} if status is None else dict(status.counts),
        problems=() if status is None else status.problems,
        units_out={
            load.unit: load.state
            for load in (() if status is None else status.units)
            if load.state != AVAILABLE
        },
        failing=tuple(one for one in failing if one.device == name),
    )


def summary(coordinator: Coordinator) -> dict[str, Any]:
    """Return the account of tasks and devices, JSON types only."""
    tasks: dict[str, Any] = coordinator.read(
        lambda dispatcher: {
            name: account.to_dict(dispatcher.tasks[name].deadline_ns)
            | {'in_flight': account.in_flight}
            for name, account in dispatcher.ledger.tasks.items()
        }
    )
    devices = {
        row.name: {
            'state': row.state,
            'reason': row.reason,
            'units': list(row.units),
            'done': dict(row.done),
            'times_lost': row.times_lost,
            'offset_ms': round(row.offset_ms, 3),
            'offset_error_ms': round(row.offset_error_ms, 3),
            'latency_ms': round(row.latency_ms, 3),
            'mbps': round(row.mbps, 1),
            'counts': dict(row.counts),
            'problems': list(row.problems),
        }
        for row in device_rows(coordinator)
    }
    return {
        'tasks': tasks,
        'devices': devices,
        'rejected': coordinator.read(lambda _: dict(coordinator.rejected)),
    }
