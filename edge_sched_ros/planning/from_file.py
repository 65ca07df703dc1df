# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes a planning problem of a file, and checks what its parts say of each other."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.planning import contention as models
from edge_sched_ros.planning.problem import Network
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.planning.schema import Cuts
from edge_sched_ros.planning.schema import NetworkSpec
from edge_sched_ros.planning.schema import PairwiseContention
from edge_sched_ros.planning.schema import PiecewiseContention
from edge_sched_ros.planning.schema import PlanFile


def problem_of(file: PlanFile) -> Problem:
    """
    Return the problem a file describes.

    :raises ConfigError: for units nobody knows, lists of unequal length, groups nobody can run
    """
    networks = tuple(_network(name, spec, file) for name, spec in file.networks.items())
    fastest = (
        min(time for time in times if time is not None)
        for network in networks
        for times in zip(*network.times_ms.values())
    )
    if not any(fastest):
        raise ConfigError('networks', 'every group takes 0 ms somewhere: there is nothing to plan')
    transitions = {}
    for index, spec in enumerate(file.transitions):
        _check_units(f'transitions.{index}', (spec.begin, spec.end), file)
        transitions[(spec.begin, spec.end)] = spec.ms
    return Problem(
        units=tuple(file.units),
        networks=networks,
        kinds={name: unit.kind or _kind_of(name) for name, unit in file.units.items()},
        transitions_ms=transitions,
        contention=_contention(file),
    )


def _kind_of(name: str) -> str:
    """Return the kind a unit's name begins with (``gpu0``), else nothing."""
    return next((kind for kind in UNIT_KINDS if name.startswith(kind)), '')


def _contention(file: PlanFile) -> models.Contention:
    model = file.contention
    if isinstance(model, PairwiseContention):
        for unit, row in model.slowdown.items():
            _check_units('contention.slowdown', (unit,), file)
            _check_units(f'contention.slowdown.{unit}', row, file)
        return models.Pairwise(model.slowdown)
    if isinstance(model, PiecewiseContention):
        return models.Piecewise(model.knee_gbps, model.slope, model.bandwidth_gbps, model.limit)
    return models.NONE


def _network(name: str, spec: NetworkSpec, file: PlanFile) -> Network:
    where = f'networks.{name}'
    _check_units(f'{where}.times_ms', spec.times_ms, file)
    count = len(next(iter(spec.times_ms.values())))
    for unit, times in spec.times_ms.items():
        _check_length(f'{where}.times_ms.{unit}', times, count, spec)
    for group in range(count):
        if all(times[group] is None for times in spec.times_ms.values()):
            raise ConfigError(f'{where}.times_ms', f'no unit can run group {group} (all are null)')
    for key, table in (('energy_mj', spec.energy_mj), ('demand_gbps', spec.demand_gbps)):
        _check_known(f'{where}.{key}', table, spec)
        for unit, numbers in table.items():
            _check_length(f'{where}.{key}.{unit}', numbers, count, spec)
    return Network(
        name=name,
        times_ms=spec.times_ms,
        energy_mj=_energy(spec, file),
        demand_gbps=spec.demand_gbps,
        leave_ms=_cuts(f'{where}.leave_ms', spec.leave_ms, count, spec),
        enter_ms=_cuts(f'{where}.enter_ms', spec.enter_ms, count, spec),
        max_switches=file.max_switches if spec.max_switches is None else spec.max_switches,
    )


def _energy(spec: NetworkSpec, file: PlanFile) -> dict[str, tuple[float, ...]]:
    """Return the energy by table, else by the unit's power."""
    return {
        unit: spec.energy_mj.get(unit)
        or tuple((time or 0.0) * file.units[unit].active_mw / 1e3 for time in times)
        for unit, times in spec.times_ms.items()
    }


def _cuts(
    where: str, table: Mapping[str, Cuts], count: int, spec: NetworkSpec
) -> dict[str, tuple[float, ...]]:
    _check_known(where, table, spec)
    found = {}
    for unit, cuts in table.items():
        values = cuts if isinstance(cuts, tuple) else (cuts,) * (count - 1)
        if len(values) != count - 1:
            raise ConfigError(
                f'{where}.{unit}',
                f'has {len(values)} numbers, but there are {count - 1} cuts between the groups',
            )
        found[unit] = values
    return found


def _check_length(where: str, numbers: Sequence[object], count: int, spec: NetworkSpec) -> None:
    if len(numbers) != count:
        first = next(iter(spec.times_ms))
        raise ConfigError(where, f'has {len(numbers)} groups, times_ms.{first} has {count}')


def _check_known(where: str, units: Iterable[str], spec: NetworkSpec) -> None:
    for unit in units:
        if unit not in spec.times_ms:
            known = ', '.join(spec.times_ms)
            raise ConfigError(where, f"there are no times_ms for unit '{unit}' (only for {known})")


def _check_units(where: str, units: Iterable[str], file: PlanFile) -> None:
    for unit in units:
        if unit not in file.units:
            known = ', '.join(file.units)
            raise ConfigError(where, f"unknown unit '{unit}' (there are {known})")
