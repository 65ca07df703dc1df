# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tunes alpha and beta at run time: a few steps of a pattern search over windows."""

from __future__ import annotations

from edge_sched_ros.core.view import View

_Point = tuple[float, float]

#: bounds of the search, as recalled from DREAM's sensitivity study
_LOW, _HIGH = 0.0, 2.0
_FIRST_RADIUS, _LAST_RADIUS = 0.5, 0.1
_STEPS = 5
#: a neighbour must be better by at least this share
_GAIN = 0.01
#: length of a window in periods of the slowest task, and its maximum
_PERIODS, _MOST_NS = 8, 1_000_000_000
#: cost of the energy of the worst placement, in misses
_ENERGY = 0.1
_DEFAULT_PERIOD_NS = 100_000_000
#: relative change of the released load that restarts the search
_LOAD_CHANGE = 0.2


class OnlineTuner:
    """
    Measures misses and energy over windows at a point and its neighbours, and moves to the best.

    It takes at most five steps, and restarts when tasks or their load change by more than 20 %.
    Without misses there is nothing to gain, and trials of other points have a cost: then it waits
    for the first miss. Source: DREAM's abstract confirms an online, gradient-descent-like search
    of typically five steps; bounds, radii, windows, thresholds and the
    cost here are choices of this project: UXCost, a product, is least where nothing is run.

    :param start: initial alpha and beta
    """

    def __init__(self, start: _Point) -> None:
        self.point = start
        self._centre = start
        self._radius = _FIRST_RADIUS
        self._steps = 0
        self._costs: dict[_Point, float] = {}
        self._todo: list[_Point] = [start]
        self._window_end_ns: int | None = None
        self._before: dict[str, tuple[int, int, float, float]] = {}
        self._load: dict[str, int] = {}
        self._settled_load: dict[str, int] | None = None

    @property
    def settled(self) -> bool:
        """Whether the search has ended (until the load changes)."""
        return not self._todo

    def update(self, view: View) -> None:
        """Check the time; at the end of a window record its cost."""
        if self._window_end_ns is None:
            self._begin_window(view)
        elif view.now_ns >= self._window_end_ns:
            self._end_window(view)
            self._begin_window(view)

    def _begin_window(self, view: View) -> None:
        slowest = max(
            (view.period_ns(name) or _DEFAULT_PERIOD_NS for name in view.tasks), default=0
        )
        self._window_end_ns = view.now_ns + min(_PERIODS * slowest, _MOST_NS)
        self._before = _totals(view)
        if self._todo:
            self.point = self._todo[0]

    def _end_window(self, view: View) -> None:
        after = _totals(view)
        self._load = {name: after[name][0] - self._before[name][0] for name in after}
        if not any(after[name][0] > self._before[name][0] for name in after):
            return  # no job ended, so the point has no result: measure it again
        if self._todo == [self._centre] and not _missed(self._before, after):
            return
        if self._todo:
            self._costs[self._todo.pop(0)] = _cost(self._before, after)
            if not self._todo:
                self._step()
        elif self._load_changed():
            self._settled_load = None
            self._steps, self._radius = 0, _FIRST_RADIUS
            self._costs = {}
            self._todo = [self._centre]

    def _load_changed(self) -> bool:
        if self._settled_load is None:
            self._settled_load = self._load
            return False
        names = set(self._load) | set(self._settled_load)
        return any(
            abs(self._load.get(name, 0) - self._settled_load.get(name, 0))
            > _LOAD_CHANGE * max(1, self._settled_load.get(name, 0)) + 1
            for name in names
        )

    def _step(self) -> None:
        """All requested points are measured: move, reduce the radius, or stop."""
        best = min(self._costs, key=lambda point: self._costs[point])
        if best != self._centre:
            if self._costs[best] < self._costs[self._centre] * (1 - _GAIN):
                self._centre = best
            else:
                self._radius /= 2
            self._steps += 1
        elif len(self._costs) > 1:
            self._radius /= 2
            self._steps += 1
        self.point = self._centre
        if self._steps < _STEPS and self._radius >= _LAST_RADIUS:
            self._costs = {self._centre: self._costs[self._centre]}
            self._todo = [point for point in self._neighbours() if point != self._centre]

    def _neighbours(self) -> list[_Point]:
        alpha, beta = self._centre
        moved = [
            (alpha + self._radius, beta),
            (alpha - self._radius, beta),
            (alpha, beta + self._radius),
            (alpha, beta - self._radius),
        ]
        return [(_clamp(a), _clamp(b)) for a, b in moved]


def _clamp(value: float) -> float:
    return min(_HIGH, max(_LOW, value))


def _totals(view: View) -> dict[str, tuple[int, int, float, float]]:
    return {
        name: (account.ended, account.on_time, account.energy_mj, account.worst_energy_mj)
        for name, account in view.accounts.items()
    }


def _missed(
    before: dict[str, tuple[int, int, float, float]],
    after: dict[str, tuple[int, int, float, float]],
) -> bool:
    return any(
        after[name][0] - before[name][0] > after[name][1] - before[name][1] for name in after
    )


def _cost(
    before: dict[str, tuple[int, int, float, float]],
    after: dict[str, tuple[int, int, float, float]],
) -> float:
    """Return what a run is judged by as ``loss``, for the time between two totals."""
    cost = 0.0
    for name, (ended, on_time, energy, worst) in after.items():
        earlier = before[name]
        frames = ended - earlier[0]
        if not frames:
            continue
        missed = frames - (on_time - earlier[1])
        cost += missed / frames
        most = worst - earlier[3]
        cost += _ENERGY * (energy - earlier[2]) / most if most else 0.0
    return cost
