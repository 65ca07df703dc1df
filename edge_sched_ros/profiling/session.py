# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Measures many networks, and keeps finished results in any case."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from functools import partial

from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.profiling.additions import has_handovers
from edge_sched_ros.profiling.additions import has_pair
from edge_sched_ros.profiling.additions import knows
from edge_sched_ros.profiling.additions import with_costs
from edge_sched_ros.profiling.additions import with_handovers
from edge_sched_ros.profiling.additions import with_pair
from edge_sched_ros.profiling.bench import Bench
from edge_sched_ros.profiling.corun import Load
from edge_sched_ros.profiling.corun import measure_pair
from edge_sched_ros.profiling.corun import plan_pairs
from edge_sched_ros.profiling.energy_meter import EnergyMeter
from edge_sched_ros.profiling.handover import measure_handovers
from edge_sched_ros.profiling.measure import measure
from edge_sched_ros.profiling.repeat import Limits
from edge_sched_ros.profiling.target import Target
from edge_sched_ros.system.system_file import SystemFile


@dataclass(frozen=True, slots=True)
class Step:
    """
    One measurement to make.

    :param what: description for messages
    :param measure: takes the profile so far and a progress callback, returns the new profile
    """

    what: str
    measure: Callable[[SystemFile, Callable[[float], None]], SystemFile]


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    The measurements to make.

    :param units: names of the units to measure; empty for all that can run a target
    :param corun_pairs: maximum number of pairs of networks on pairs of units; 0 for none
    :param handovers: whether hand-overs between units are measured
    :param again: whether to repeat known measurements
    """

    limits: Limits = field(default_factory=Limits)
    units: tuple[str, ...] = ()
    corun_pairs: int = 0
    handovers: bool = True
    again: bool = False


def steps(
    profile: SystemFile,
    targets: Sequence[Target],
    bench: Bench,
    wanted: Wanted,
    *,
    meter: EnergyMeter | None = None,
) -> list[Step]:
    """Return the remaining measurements, in order."""
    found = [
        Step(f'{target.name} on {unit}', partial(_measure, target, unit, bench, wanted, meter))
        for target in targets
        for unit in units_of(target, wanted)
        if wanted.again or not knows(profile, target, unit, wanted.limits.share)
    ]
    units = {
        local.unit.name: local
        for target in targets
        for local in target.all_units
        if not wanted.units or local.unit.name in wanted.units
    }
    missing = not has_handovers(profile, list(units))
    if wanted.handovers and (missing or (wanted.again and len(units) > 1)):
        local, like = tuple(units.values()), targets[0]
        found.append(
            Step(f'hand-overs between {", ".join(units)}', partial(_handovers, local, like, bench))
        )
    for one, other in pairs_of(targets, wanted):
        if wanted.again or not has_pair(profile, one.beside(other)):
            what = f'{one.target.name} on {one.unit} beside {other.target.name} on {other.unit}'
            found.append(Step(what, partial(_corun, one, other, bench, wanted)))
    return found


def units_of(target: Target, wanted: Wanted) -> list[str]:
    """Return the names of the units for a target."""
    names = [local.unit.name for local in target.all_units]
    return [name for name in names if not wanted.units or name in wanted.units]


def pairs_of(targets: Sequence[Target], wanted: Wanted) -> list[tuple[Load, Load]]:
    """Return the pairs to measure."""
    if not wanted.corun_pairs:
        return []
    # one variant of each network is enough: the effect depends on units
    firsts = list({target.network: target for target in reversed(targets)}.values())[::-1]
    pairs = plan_pairs(firsts, len(firsts) ** 2 * 10_000)
    asked = [
        (one, other)
        for one, other in pairs
        if not wanted.units or {one.unit, other.unit} <= set(wanted.units)
    ]
    return asked[: wanted.corun_pairs]


def _measure(
    target: Target,
    unit: str,
    bench: Bench,
    wanted: Wanted,
    meter: EnergyMeter | None,
    profile: SystemFile,
    progress: Callable[[float], None],
) -> SystemFile:
    found = measure(
        bench,
        target,
        unit,
        wanted.limits,
        meter=meter,
        memory_mib=target.memory(unit),
        progress=progress,
    )
    return with_costs(profile, target, unit, found)


def _handovers(
    units: tuple[LocalUnit, ...],
    like: Target,
    bench: Bench,
    profile: SystemFile,
    progress: Callable[[float], None],
) -> SystemFile:
    times_ms = measure_handovers(bench, units, like=like, progress=progress)
    return with_handovers(profile, units, times_ms)


def _corun(
    one: Load,
    other: Load,
    bench: Bench,
    wanted: Wanted,
    profile: SystemFile,
    progress: Callable[[float], None],
) -> SystemFile:
    pair = measure_pair(bench, one, other, wanted.limits, progress=progress)
    return with_pair(profile, pair)
