# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Measures many networks, and keeps what is finished whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from datetime import datetime
from datetime import timezone
from functools import partial
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network_digest import network_sha256
from edge_sched_ros.profiling.bench import Bench
from edge_sched_ros.profiling.corun import has_pair
from edge_sched_ros.profiling.corun import Load
from edge_sched_ros.profiling.corun import measure_pair
from edge_sched_ros.profiling.corun import plan_pairs
from edge_sched_ros.profiling.corun import with_pair
from edge_sched_ros.profiling.energy_meter import EnergyMeter
from edge_sched_ros.profiling.fingerprint import Fingerprint
from edge_sched_ros.profiling.handover import measure_handovers
from edge_sched_ros.profiling.measure import measure
from edge_sched_ros.profiling.measure import OnUnit
from edge_sched_ros.profiling.repeat import Limits
from edge_sched_ros.profiling.schema import NetworkProfile
from edge_sched_ros.profiling.schema import ProfileFile
from edge_sched_ros.profiling.schema import VariantProfile
from edge_sched_ros.profiling.schema import VERSION
from edge_sched_ros.profiling.statistics import is_sure
from edge_sched_ros.profiling.target import Target

_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Step:
    """
    One thing to measure.

    :param what: for people
    :param measure: takes the profile so far and what hears of the progress, gives the profile
    """

    what: str
    measure: Callable[[ProfileFile, Callable[[float], None]], ProfileFile]


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What is to be measured.

    :param units: only these, by name; empty for all that can
    :param corun_pairs: most pairs of networks on pairs of units; 0 for none
    :param handovers: whether hand-overs between units are measured
    :param again: measure what is known already, too
    """

    limits: Limits = field(default_factory=Limits)
    units: tuple[str, ...] = ()
    corun_pairs: int = 0
    handovers: bool = True
    again: bool = False


def empty_profile(here: Fingerprint, *, picture: str = '') -> ProfileFile:
    """Return a profile of this computer in which nothing is measured."""
    return ProfileFile(
        version=VERSION,
        machine=here.machine,
        versions=dict(here.versions),
        power_mode=here.power_mode,
        date=_now(),
        picture=picture,
    )


def steps(
    profile: ProfileFile,
    targets: Sequence[Target],
    bench: Bench,
    wanted: Wanted,
    *,
    meter: EnergyMeter | None = None,
) -> list[Step]:
    """Return what is still to be done, in order."""
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
    known = {(one, other) for one, row in profile.transitions_ms.items() for other in row}
    missing = any((a, b) not in known for a in units for b in units if a != b)
    if wanted.handovers and (missing or (wanted.again and len(units) > 1)):

        def handovers(before: ProfileFile, progress: Callable[[float], None]) -> ProfileFile:
            times = measure_handovers(
                bench, tuple(units.values()), like=targets[0], progress=progress
            )
            merged = {
                unit: {**before.transitions_ms.get(unit, {}), **times.get(unit, {})}
                for unit in {**before.transitions_ms, **times}
            }
            return before.model_copy(update={'transitions_ms': merged, 'date': _now()})

        found.append(Step(f'hand-overs between {", ".join(units)}', handovers))
    for one, other in pairs_of(targets, wanted):
        if wanted.again or not has_pair(profile.corun, one, other):
            what = f'{one.target.name} on {one.unit} beside {other.target.name} on {other.unit}'
            found.append(Step(what, partial(_corun, one, other, bench, wanted)))
    return found


def units_of(target: Target, wanted: Wanted) -> list[str]:
    """Return the names of the units a target is to be measured on."""
    names = [local.unit.name for local in target.all_units]
    return [name for name in names if not wanted.units or name in wanted.units]


def knows(profile: ProfileFile, target: Target, unit: str, share: float) -> bool:
    """
    Whether a profile has what a network costs on a unit, measured with the same file.

    :param share: of the median that half of its confidence interval may be
    """
    network = profile.networks.get(target.network)
    variant = None if network is None else network.variants.get(target.variant)
    if variant is None or variant.sha256 != digest(target.file):
        return False
    costs = [on[unit] for on in variant.stages.values() if unit in on]
    return bool(costs) and all(
        is_sure(cost.half_width_ms, cost.p50_ms, cost.confidence, share) for cost in costs
    )


def digest(file: Path) -> str:
    """Return the first digits of a network's hash; empty when a file of it cannot be read."""
    try:
        return network_sha256(file)[:_DIGITS]
    except ConfigError:
        return ''


def pairs_of(targets: Sequence[Target], wanted: Wanted) -> list[tuple[Load, Load]]:
    """Return what is to be measured beside what."""
    if not wanted.corun_pairs:
        return []
    # one variant of each network: it is units that are looked at
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
    profile: ProfileFile,
    progress: Callable[[float], None],
) -> ProfileFile:
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


def with_costs(profile: ProfileFile, target: Target, unit: str, found: OnUnit) -> ProfileFile:
    """Return a profile with what was measured of a network on a unit; costs of old files go."""
    sha256 = digest(target.file)
    network = profile.networks.get(target.network)
    variants = {} if network is None else dict(network.variants)
    old = variants.get(target.variant)
    stages = {} if old is None or old.sha256 != sha256 else dict(old.stages)
    for stage, cost in found.stages.items():
        stages[stage] = {**stages.get(stage, {}), unit: cost}
    variants[target.variant] = VariantProfile(file=target.file.name, sha256=sha256, stages=stages)
    networks = {**profile.networks, target.network: NetworkProfile(variants=variants)}
    return profile.model_copy(update={'networks': networks, 'date': _now()})


def _corun(
    one: Load,
    other: Load,
    bench: Bench,
    wanted: Wanted,
    profile: ProfileFile,
    progress: Callable[[float], None],
) -> ProfileFile:
    pair = measure_pair(bench, one, other, wanted.limits, progress=progress)
    return profile.model_copy(update={'corun': with_pair(profile.corun, pair), 'date': _now()})


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec='seconds')
