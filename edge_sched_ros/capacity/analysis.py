# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the tasks of a file meet their deadlines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.capacity.cluster import Cluster
from edge_sched_ros.capacity.in_a_row import drawn_rows
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.capacity.stages import Entry
from edge_sched_ros.capacity.tandem import tandem
from edge_sched_ros.capacity.unit_model import unit_responses
from edge_sched_ros.capacity.unit_model import unit_utilisation
from edge_sched_ros.capacity.ways import Ways
from edge_sched_ros.system.contention import BandwidthContention
from edge_sched_ros.system.unit import Unit

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    The model's prediction for a task.

    :param response: time from the request to the result, ``None`` when a unit is overloaded
    :param utilisation: utilisation by all tasks of the busiest unit that it uses
    :param reason: why it is not feasible; empty if it is
    """

    response: Response | None
    utilisation: float
    reason: str

    @property
    def feasible(self) -> bool:
        """Return whether the task meets its deadline."""
        return not self.reason

    def to_dict(self) -> dict[str, object]:
        """Return the verdict in JSON types."""
        response = self.response
        return {
            'mean_ms': None if response is None else response.mean_ms,
            'p95_ms': None if response is None else response.p95_ms,
            'p99_ms': None if response is None else response.p99_ms,
            'utilisation': self.utilisation,
            'feasible': self.feasible,
            'reason': self.reason,
        }


def by_place(found: list[Entry]) -> dict[Place, list[Entry]]:
    """Return the stages of each unit."""
    placed: dict[Place, list[Entry]] = defaultdict(list)
    for entry in found:
        placed[entry.place].append(entry)
    return placed


def analyse(cluster: Cluster) -> dict[str, Verdict]:
    """
    Return the verdict on every task.

    :raises ConfigError: for a file that contradicts itself; names the key
    """
    stages: dict[str, list[Entry]] = defaultdict(list)
    entries = cluster.entries()
    for entry in entries:
        stages[entry.task].append(entry)
    placed = by_place(entries)
    units = {place: cluster.devices[place[0]].units[place[1]] for place in placed}
    busy = {place: unit_utilisation(units[place], mine) for place, mine in placed.items()}
    parts = _parts(stages, placed, units, busy)
    full = {**_full_devices(cluster, placed), **_busy_memories(cluster, placed)}
    found, ways = {}, Ways(cluster.system.tasks)
    for name in cluster.rates:
        # the response from the frame on includes the tasks before it
        passed = [entry for one in ways.to(name) for entry in stages[one]]
        bare_ms = ways.longest(
            name, lambda one: sum(entry.load.service.mean_ms for entry in stages[one])
        )
        known = all(busy[entry.place] < 1 for entry in passed)
        row = ways.in_a_row(name, parts) if known else []
        found[name] = _verdict(cluster, name, passed, row, bare_ms, busy, full)
    return found


def _parts(
    stages: Mapping[str, list[Entry]],
    placed: Mapping[Place, list[Entry]],
    units: Mapping[Place, Unit],
    busy: Mapping[Place, float],
) -> dict[str, list[Response]]:
    """Return the responses of each task that follow each other; without overloaded units."""
    by_stage: dict[tuple[str, int], Response] = {}
    positions = {
        id(entry): (name, at) for name, mine in stages.items() for at, entry in enumerate(mine)
    }
    for place, mine in placed.items():
        if busy[place] < 1:
            for entry, part in zip(mine, unit_responses(units[place], mine)):
                by_stage[positions[id(entry)]] = part
    parts = {
        name: [by_stage[name, at] for at in range(len(mine)) if (name, at) in by_stage]
        for name, mine in stages.items()
    }
    served = {name: mine for name, mine in stages.items() if len(parts[name]) == len(mine)}
    return {**parts, **{name: [one] for name, one in drawn_rows(served, units, parts).items()}}


def _verdict(
    cluster: Cluster,
    name: str,
    stages: list[Entry],
    row: list[Response],
    bare_ms: float,
    busy: dict[Place, float],
    full: dict[str, str],
) -> Verdict:
    devices = dict.fromkeys(entry.place[0] for entry in stages)
    network_ms = sum(cluster.devices[device].network_ms for device in devices)
    place = max((entry.place for entry in stages), key=busy.__getitem__)
    bare = bare_ms + network_ms
    deadline = cluster.system.tasks[name].deadline_ms
    response = tandem(row, network_ms) if row else None
    reason = full.get(place[0], '')
    if deadline is not None and bare > deadline:
        reason = f'deadline {deadline:g} ms is below the bare service time {bare:.3g} ms'
    elif response is None and not reason:
        reason = f'{"/".join(place)} would be busy {busy[place]:.3g} of the time'
    elif response is not None and busy[place] > cluster.utilisation_limit:
        limit = cluster.utilisation_limit
        reason = f'{"/".join(place)} is busy {busy[place]:.3g} of the time, above {limit:g}'
    elif response is not None and deadline is not None and not reason:
        reason = _late(cluster.objective(name), response, deadline)
    return Verdict(response, busy[place], reason)


def _late(objective: str, response: Response, deadline_ms: float) -> str:
    time_ms = float(getattr(response, f'{objective}_ms'))
    # quantiles are found by bisection, up to a millionth above where their share is reached
    if time_ms <= deadline_ms * (1 + 1e-6):
        return ''
    digits = 4 if float(f'{time_ms:.4g}') > deadline_ms else 8
    return f'{objective} {time_ms:.{digits}g} ms is above the deadline {deadline_ms:g} ms'


def _full_devices(cluster: Cluster, placed: dict[Place, list[Entry]]) -> dict[str, str]:
    """Return the devices whose memory is too small, and why."""
    full = {}
    for name, device in cluster.devices.items():
        taken = {
            (place[1], entry.network): entry.memory_mib
            for place, mine in placed.items()
            if place[0] == name
            for entry in mine
        }
        needed = sum(taken.values())
        if device.memory_mib is not None and needed > device.memory_mib:
            full[name] = f'{name} needs {needed:.0f} MiB and has {device.memory_mib:.0f}'
    return full


def _busy_memories(cluster: Cluster, placed: dict[Place, list[Entry]]) -> dict[str, str]:
    """Return the devices whose units would draw more than the memory gives, and why."""
    busy = {}
    for name, device in cluster.devices.items():
        law = device.contention
        if isinstance(law, BandwidthContention):
            drawn_gbps = sum(
                entry.load.rate_per_ms * entry.load.service.mean_ms * entry.demand_gbps
                for place, mine in placed.items()
                if place[0] == name
                for entry in mine
            )
            share = drawn_gbps / law.bandwidth_gbps
            if share >= 1:
                busy[name] = f'the memory of {name} would be busy {share:.3g} of the time'
    return busy
