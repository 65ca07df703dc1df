# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ways of variants over the units, kept until costs are looked up again."""

from __future__ import annotations

from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.paths import Costs
from edge_sched_ros.policies.paths import find_paths
from edge_sched_ros.policies.paths import Path

#: number of paths per variant, the fastest ones
MOST_PATHS = 8

#: of all stages, their largest deviation, the energy of the worst placement in mJ
_Costs = tuple[list[Costs], float, float]


class Way:
    """
    A path of a variant from a given stage on.

    :param energy: share of the energy of the worst placement
    """

    __slots__ = ('accuracy', 'deviation', 'energy', 'path')

    def __init__(self, path: Path, energy: float, accuracy: float, deviation: float) -> None:
        self.path = path
        self.energy = energy
        self.accuracy = accuracy
        self.deviation = deviation


class _Kept:
    """Ways with the costs they were made from, and the round in which these were looked up."""

    __slots__ = ('costs', 'round', 'ways')

    def __init__(self, costs: _Costs, ways: tuple[Way, ...], made: int) -> None:
        self.costs = costs
        self.ways = ways
        self.round = made


class Ways:
    """Finds ways; finds them again only after a refresh, and where costs have changed."""

    def __init__(self) -> None:
        #: names of the available units
        self.names: tuple[str, ...] = ()
        #: whether all ways given since this was set are kept: those of unknown costs are not
        self.all_kept = True
        #: (task, variant, stage, items) -> ways
        self._kept: dict[tuple[str, str, int, int], _Kept] = {}
        #: (task, variant, stage) -> number of units
        self._able: dict[tuple[str, str, int], int] = {}
        self._round = 0

    def refresh(self, view: View) -> None:
        """Look up costs again from now on."""
        names = tuple([name for name, unit in view.units.items() if unit.state == AVAILABLE])
        if names != self.names:
            self.names = names
            self._kept.clear()
            self._able.clear()
        self._round += 1

    def able(self, task: str, variant: VariantSpec, first: int) -> int:
        """Return the number of units that can run all stages of a variant from a given one on."""
        key = (task, variant.name, first)
        number = self._able.get(key)
        if number is None:
            left = set(self.names)
            for stage in variant.stages[first:]:
                left.intersection_update(stage.units)
            number = self._able[key] = len(left)
        return number

    def of(
        self, view: View, spec: TaskSpec, variant: VariantSpec, first: int, items: int
    ) -> tuple[Way, ...]:
        """Return the ways of a task's variant from a given stage on."""
        key = (spec.name, variant.name, first, items)
        kept = self._kept.get(key)
        if kept is not None and kept.round == self._round:
            return kept.ways
        costs = self._costs(view, spec, variant, first, items)
        if kept is not None and kept.costs == costs:
            kept.round = self._round
            return kept.ways
        ways = self._find(view, variant, costs)
        if self._all_known(view, spec, variant, first):
            self._kept[key] = _Kept(costs, ways, self._round)
        else:
            self._kept.pop(key, None)
            # unknown costs count as 0, which must not be kept
            self.all_kept = False
        return ways

    def _all_known(self, view: View, spec: TaskSpec, variant: VariantSpec, first: int) -> bool:
        for stage in variant.stages[first:]:
            known = view.profiles.on_units(spec.name, variant.name, stage.name)
            for unit in stage.units:
                if unit not in known and unit in self.names:
                    return False
        return True

    def _costs(
        self, view: View, spec: TaskSpec, variant: VariantSpec, first: int, items: int
    ) -> _Costs:
        """Return the costs of all stages, the largest deviation, and the worst energy."""
        stages: list[Costs] = []
        deviation, reach = 0.0, 1.0
        for offset, stage in enumerate(variant.stages[first:]):
            share = reach * (stage.chance if offset else 1.0)
            reach *= 1 - stage.exit_chance
            costs: Costs = {}
            known = view.profiles.on_units(spec.name, variant.name, stage.name)
            for index, unit in enumerate(self.names):
                if unit in stage.units:
                    cost = known.get(unit)
                    if cost is None:  # counts as 0
                        costs[index] = (0.0, 0.0)
                        continue
                    ns = cost.expected_ns(items) / view.units[unit].speed
                    costs[index] = (ns * share, (cost.expected_mj(items) or 0.0) * share)
                    if cost.deviation > deviation:
                        deviation = cost.deviation
            stages.append(costs)
        worst_mj = view.profiles.worst_energy_mj(spec.name, spec.variants[0], items)
        return stages, deviation, worst_mj

    def _find(self, view: View, variant: VariantSpec, costs: _Costs) -> tuple[Way, ...]:
        stages, deviation, worst_mj = costs

        def hand_over(source: int, target: int) -> float:
            return view.profiles.transition_ns(self.names[source], self.names[target])

        found = find_paths(stages, hand_over)
        found.sort(key=lambda path: path.total_ns)
        ways = []
        for path in found[:MOST_PATHS]:
            energy = path.energy_mj / worst_mj if worst_mj else 0.0
            ways.append(Way(path, energy, variant.accuracy, deviation))
        return tuple(ways)
