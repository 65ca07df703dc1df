# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Adds measurements to a profile, and finds those it already has."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from datetime import datetime
from datetime import timezone
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.fused import JOINT
from edge_sched_ros.execution.network_digest import network_sha256
from edge_sched_ros.execution.segments import SegmentsSpec
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.profiling.corun import slowdowns
from edge_sched_ros.profiling.fingerprint import Fingerprint
from edge_sched_ros.profiling.measure import OnUnit
from edge_sched_ros.profiling.measure import SOURCE
from edge_sched_ros.profiling.segments import segment_stages
from edge_sched_ros.profiling.segments import wiring_of
from edge_sched_ros.profiling.statistics import is_sure
from edge_sched_ros.profiling.target import Target
from edge_sched_ros.system.contention import PairwiseContention
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.device import Transition
from edge_sched_ros.system.fields import Sourced
from edge_sched_ros.system.measurement import DeviceMeasurement
from edge_sched_ros.system.measurement import Pair
from edge_sched_ros.system.network import Network
from edge_sched_ros.system.network import Variant
from edge_sched_ros.system.stage import Stage
from edge_sched_ros.system.stage_costs import network_called
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.unit import Unit

_DIGITS = 16
#: changes of unit of a network in segments: within it, before and after it
MOST_SWITCHES = 3


def empty_profile(here: Fingerprint, *, picture: str = '') -> SystemFile:
    """Return an empty profile of this computer."""
    measured = DeviceMeasurement(
        machine=here.machine,
        versions=dict(here.versions),
        power_mode=here.power_mode,
        date=_now(),
        picture=picture,
    )
    return SystemFile(measured=measured)


def with_costs(profile: SystemFile, target: Target, unit: str, found: OnUnit) -> SystemFile:
    """
    Return a profile with a measurement of a network on a unit; costs of old files are removed.

    Hand-written entries of ``costs`` for the network still apply to the other units.
    """
    sha256 = digest(target.file, target.segments)
    listed = _listed(profile, target.network)
    network = profile.networks.get(target.network, listed)
    variants = {} if network is None else dict(network.variants)
    old = variants.get(target.variant)
    # a file written by hand may lack the network's digest
    if old is None or old.sha256 not in ('', sha256):
        old = None if listed is None else listed.variants.get(target.variant)
    known = () if old is None else old.stages
    variants[target.variant] = Variant(
        accuracy=target.accuracy,
        file=target.file.name,
        sha256=sha256,
        **_stages_data(known, target, unit, found.stages),
    )
    # names were checked before measuring
    made = network or Network.model_construct(variants={})
    update: dict[str, Any] = {'variants': variants}
    if target.segments is not None and 'max_switches' not in made.model_fields_set:
        update['max_switches'] = MOST_SWITCHES
    made = made.model_copy(update=update)
    networks = {**profile.networks, target.network: made}
    return _dated(profile, target.all_units, [unit], networks=networks)


def _listed(profile: SystemFile, network: str) -> Network | None:
    """Return a network from ``costs``, ``None`` if it is not there."""
    if network not in profile.costs:
        return None
    return network_called(network, {}, profile.costs, profile.where)


def _stages_data(
    known: Sequence[Stage], target: Target, unit: str, found: Mapping[str, Cost]
) -> dict[str, Any]:
    """Return the stages with their costs on one more unit, and the tensors between segments."""
    order = [part for stage in target.units for part in stage.split(JOINT)]
    stages = {stage.name: stage for stage in known}
    wiring: dict[str, Any] = {}
    if target.segments is not None:
        # every segment, measured or not, and nothing else: together they are the network
        of_segments = segment_stages(target.segments)
        kept = {name: stage for name, stage in stages.items() if name in order}
        stages, wiring = {**of_segments, **kept}, wiring_of(target.segments)
    for name, cost in found.items():
        stage = stages.get(name) or Stage(name=name)
        stages[name] = stage.model_copy(update={'cost': {**stage.cost, unit: cost}})
    names = [name for name in dict.fromkeys([*order, *stages]) if name in stages]
    return {'stages': tuple(stages[name] for name in names), **wiring}


def with_handovers(
    profile: SystemFile, units: Sequence[LocalUnit], times_ms: Mapping[str, Mapping[str, float]]
) -> SystemFile:
    """Return a profile with transfer times: unit -> other unit -> time."""
    known = {(one.begin, one.end): one for one in profile.transitions}
    for begin, row in times_ms.items():
        for end, ms in row.items():
            known[(begin, end)] = Transition.model_validate({'from': begin, 'to': end, 'ms': ms})
    sources = {**profile.sources, 'transitions': Sourced(source=SOURCE)}
    transitions = tuple(known.values())
    return _dated(profile, units, list(times_ms), transitions=transitions, sources=sources)


def with_pair(profile: SystemFile, pair: Pair) -> SystemFile:
    """Return a profile with another pair, or a newer measurement of it."""
    assert profile.measured is not None
    old = (one for one in profile.measured.pairs if _names(one) != _names(pair))
    measured = profile.measured.model_copy(update={'pairs': (*old, pair)})
    table = PairwiseContention(
        model='pairwise', slowdown=slowdowns(measured.pairs), source=f'{SOURCE} --corun'
    )
    return _dated(profile.model_copy(update={'measured': measured}), contention=table)


def _dated(
    profile: SystemFile,
    units: Sequence[LocalUnit] = (),
    measured_on: Sequence[str] = (),
    **update: Any,
) -> SystemFile:
    """Return a profile with changes made now, and the measured units."""
    own = {local.unit.name: Unit(kind=local.unit.kind, slots=local.unit.slots) for local in units}
    new = {name: own[name] for name in measured_on if name not in profile.units}
    update['units'] = {**profile.units, **new}
    if profile.measured is not None:
        update['measured'] = profile.measured.model_copy(update={'date': _now()})
    return profile.model_copy(update=update)


def knows(profile: SystemFile, target: Target, unit: str, share: float) -> bool:
    """
    Whether a profile has the costs of a network on a unit, measured with the same file.

    :param share: maximum half width of the confidence interval, as a share of the median
    """
    network = profile.networks.get(target.network)
    variant = None if network is None else network.variants.get(target.variant)
    if variant is None or variant.sha256 != digest(target.file, target.segments):
        return False
    costs = [stage.cost[unit] for stage in variant.stages if unit in stage.cost]
    return bool(costs) and all(is_sure_enough(cost, share) for cost in costs)


def is_sure_enough(cost: Cost, share: float) -> bool:
    """
    Whether a cost was measured with the required precision.

    :param share: maximum half width of the confidence interval, as a share of the median
    """
    found = cost.measured
    return found is not None and is_sure(found.half_width_ms, cost.latency_ms, found.level, share)


def has_handovers(profile: SystemFile, units: Sequence[str]) -> bool:
    """Whether every transfer between units has been measured."""
    known = {(one.begin, one.end) for one in profile.transitions}
    return all((one, other) in known for one in units for other in units if one != other)


def has_pair(profile: SystemFile, pair: tuple[str, str, str, str]) -> bool:
    """Whether a network on a unit has been measured beside another network on another unit."""
    pairs = () if profile.measured is None else profile.measured.pairs
    return any(_names(one) == pair for one in pairs)


def digest(file: Path, segments: SegmentsSpec | None = None) -> str:
    """
    Return the first digits of a network's digest; empty when one of its files cannot be read.

    :param segments: the parts it was cut into; their costs are not those of other parts
    """
    try:
        return (network_sha256(file) if segments is None else segments.sha256)[:_DIGITS]
    except ConfigError:
        return ''


def _names(pair: Pair) -> tuple[str, str, str, str]:
    return pair.unit, pair.network, pair.other_unit, pair.other_network


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec='seconds')
