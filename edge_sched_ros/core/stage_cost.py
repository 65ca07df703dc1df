# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The cost of one stage on one unit, learned from its runs and robust to outliers."""

from __future__ import annotations

import math

#: weight kept by an observation at the next one; 0.95 averages over about 20 runs
_MEMORY = 0.95
_FORGOTTEN = 1 - _MEMORY
#: sum of weights (four runs) from which an unprofiled cost can detect outliers
_SETTLED = 3.7
#: assumed mean deviation before runs have shown it
_DOUBT = 0.1
#: number of mean deviations (0.8 standard deviations of a normal) from which a run is an outlier
_BOUND = 4.0
#: maximum deviation with which an outlier counts
_MOST_DEVIATION = 1.0
#: number of outliers in a row on one side that mean a change
_RUN = 3
#: slack and alarm of the cumulative sums, in mean deviations: 0.5 and 6 standard deviations
_SLACK, _ALARM = 0.625, 7.5
#: standard deviations of the observed items; a run further out shows how cost grows
_FAR_SQUARED = 9.0
_SAME_ITEMS = 0.1
#: minimum spread of items for the estimate of a slope
_SPREAD = 1e-3
#: relative change of the level that is reported; and its required confidence
_DRIFT = 0.1
_SURE = 4.0
#: sums of weights (6 and 14 runs) from which the level can be compared, and first reported
_COMPARABLE, _KNOWN_WELL = 5.0, 10.0


class StageCost:
    """
    Running cost of one stage on one unit: ``fixed + per_item * items`` nanoseconds.

    An exponentially weighted least-squares line through the observed (items, latency) pairs
    (updated as by West, CACM 22(9), 1979); with one item count throughout it is their weighted
    mean. An outlier is set aside, and counts only up to a bound (Huber, "Robust Estimation of a
    Location Parameter", Ann. Math. Stat. 35(1), 1964), so a single one has little effect. When the
    true cost changes, the past is discarded: after three outliers in a row on the same side the
    line moves to the nearest of them; and when smaller deviations add up (Page's cumulative sum,
    Biometrika 41, 1954, without the outliers, cf. Lucas and Crosier, "Robust CUSUM", Commun. Stat.
    11(23), 1982) to the mean since they began.
    """

    __slots__ = (
        '_doubt', '_down', '_down_runs', '_high_ns', '_low_ns', '_mean_x', '_mean_y', '_odd',
        '_rise', '_run', '_settled', '_slope', '_spread', '_steady_ns', '_told_x', '_up',
        '_up_runs', '_weight', 'demand', 'deviation', 'energy_mj', 'energy_per_item_mj',
        'memory_mib', 'source', 'worst_ns',
    )  # fmt: skip

    def __init__(
        self, latency_ns: int | None = None, *, per_item_ns: int = 0, source: str = 'observed'
    ) -> None:
        #: the line: sum of weights, means, variance of the items, their covariance with latency
        self._weight = self._mean_x = self._mean_y = self._spread = self._rise = 0.0
        self._slope = 0.0
        #: expected time of any run as long as items do not matter
        self._steady_ns = 0
        #: whether runs are compared with earlier ones
        self._settled = False
        #: possible deviation in addition to the observed one
        self._doubt = _DOUBT
        #: cumulative sums of deviations, and how many runs ago they were zero
        self._up = self._down = 0.0
        self._up_runs = self._down_runs = 0
        #: outliers in a row, negative when fast; the nearest of them, relative to the expected
        #: time
        self._run = 0
        self._odd = 1.0
        #: range around the last reported level, and its number of items
        self._low_ns, self._high_ns = math.inf, -math.inf
        self._told_x = 0.0
        #: longest observation, with slow decay
        self.worst_ns = 0
        #: source of the number: ``observed`` or the name of a profile
        self.source = source
        #: energy of a run over one item; ``None`` while unknown
        self.energy_mj: float | None = None
        #: additional time of every further item
        self.energy_per_item_mj = 0.0
        #: demand on the shared memory bus, in the unit of the contention model
        self.demand = 0.0
        #: memory that its part of the network takes on the unit; ``None`` while unknown
        self.memory_mib: float | None = None
        #: mean deviation of observations from the expected time, as a share of it
        self.deviation = 0.0
        if latency_ns is not None:
            self.observe(latency_ns, 1)
            if per_item_ns:
                self.observe(latency_ns + per_item_ns, 2)
            self.deviation = 0.0
            self._settled = True
            self._tell(self._mean_y)

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return self._weight > 0

    def observe(self, latency_ns: int, items: int) -> bool:
        """
        Learn from one run over ``items`` items that took ``latency_ns``.

        :return: whether the level now differs from the given or last reported one
        """
        if latency_ns < 1:  # a clock may be too coarse for it; factors of nothing are none
            latency_ns = 1
        worst_ns = int(self.worst_ns * 0.999)
        self.worst_ns = latency_ns if latency_ns > worst_ns else worst_ns
        slope, spread, off_x = self._slope, self._spread, items - self._mean_x
        expected = self._mean_y + slope * off_x if slope else self._mean_y
        far = off_x and off_x * off_x > _FAR_SQUARED * spread + _SAME_ITEMS
        if expected > 0 and not far:
            off = latency_ns / expected - 1
            if self._settled and not self._is_usual(latency_ns, expected, off):
                return False
            size = off if off > 0 else -off
            if size > _MOST_DEVIATION:
                size = _MOST_DEVIATION
            self.deviation += (size - self.deviation) * _FORGOTTEN
        weight = self._weight = self._weight * _MEMORY + 1
        off_y = latency_ns - self._mean_y
        level_ns = self._mean_y = self._mean_y + off_y / weight
        self._steady_ns = round(level_ns)
        if off_x or spread:
            self._tilt(off_x, off_y, 1 / weight)
            level_ns += self._slope * (self._told_x - self._mean_x)
        if weight < _COMPARABLE:
            self._settled = self._settled or weight > _SETTLED
            return False
        return not self._low_ns <= level_ns <= self._high_ns and self._has_drifted(level_ns)

    def _is_usual(self, latency_ns: int, expected: float, off: float) -> bool:
        """Compare a run with earlier ones; return whether it counts in full."""
        scale = self.deviation + self._doubt
        self._doubt *= _MEMORY
        if not -_BOUND * scale <= off <= _BOUND * scale:
            return self._hold(latency_ns / expected, off, scale)
        if self._run:
            self._release(scale)
        share = off / scale
        up, down = self._up + share - _SLACK, self._down - share - _SLACK
        if up > 0:
            self._up = up
            self._up_runs += 1
            if up > _ALARM:
                self._catch_up(up / self._up_runs + _SLACK, self._up_runs, scale)
        elif self._up:
            self._up, self._up_runs = 0.0, 0
        if down > 0:
            self._down = down
            self._down_runs += 1
            if down > _ALARM:
                self._catch_up(-down / self._down_runs - _SLACK, self._down_runs, scale)
        elif self._down:
            self._down, self._down_runs = 0.0, 0
        return True

    def _tilt(self, off_x: float, off_y: float, gain: float) -> None:
        """Learn how latency grows with items."""
        self._mean_x += gain * off_x
        spread = (1 - gain) * (self._spread + gain * off_x * off_x)
        rise = self._rise = (1 - gain) * (self._rise + gain * off_x * off_y)
        self._slope = rise / spread if spread > _SPREAD and rise > 0 else 0.0
        # it would decay for ever
        self._spread = spread if spread > _SPREAD * _SPREAD else 0.0

    def _hold(self, factor: float, off: float, scale: float) -> bool:
        """Set an outlier aside; the third in a row means a change: return whether it counts."""
        side = 1 if off > 0 else -1
        if self._run * side > 0:
            self._run += side
            nearest = min if side > 0 else max
            self._odd = nearest(self._odd, factor)
        else:
            if self._run:
                self._release(scale)
            self._run, self._odd = side, factor
        if abs(self._run) < _RUN:
            return False
        self._go_to(self._odd, 1.0)
        # the last of them counts, too, unless it is still an outlier
        return abs(factor / self._odd - 1) <= _BOUND * scale

    def _release(self, scale: float) -> None:
        """The outliers were accidental: count them up to the bound."""
        runs, side = abs(self._run), 1 if self._run > 0 else -1
        size = abs(self._odd - 1)
        more = min(_MOST_DEVIATION, size) - self.deviation
        self.deviation += more * _FORGOTTEN * runs
        self._shift(1 + side * min(_BOUND * scale, size) * _FORGOTTEN * runs)
        self._run = 0

    def _catch_up(self, share: float, runs: int, scale: float) -> None:
        """
        Small deviations have added up over some runs: count only these runs.

        A mean with weight ``g`` for the newest run follows a level that has changed by ``d``: over
        ``n`` runs its mean error is ``d (1 - (1 - g)^n) / (g n)``, and its error at their end ``d
        (1 - g)^n``.

        :param share: mean of the deviations, in mean deviations
        """
        left = _MEMORY**runs
        self._go_to(1 + share * scale * left * _FORGOTTEN * runs / (1 - left), float(runs))

    def _go_to(self, factor: float, weight: float) -> None:
        """Move the line to another level, known from some runs; the past is discarded."""
        self._shift(max(0.0, factor))
        self._weight = min(weight, self._weight)
        self._run = self._up_runs = self._down_runs = 0
        self._up = self._down = 0.0

    def _shift(self, factor: float) -> None:
        self._mean_y *= factor
        self._rise *= factor
        self._slope *= factor
        self._steady_ns = round(self._mean_y)

    # --- drift ----------------------------------------------------------------------------

    def _tell(self, level_ns: float) -> None:
        self._low_ns, self._high_ns = level_ns * (1 - _DRIFT), level_ns * (1 + _DRIFT)
        self._told_x = self._mean_x

    def _has_drifted(self, level_ns: float) -> bool:
        """The level differs from the reported one, if any: return whether this is certain."""
        if self._high_ns < self._low_ns:
            if self._weight > _KNOWN_WELL:
                self._tell(self._mean_y)
            return False
        if not self._slope and abs(self._mean_x - self._told_x) > 0.5:
            # other items than then, and their effect is not known
            self._tell(self._mean_y)
            return False
        told_ns = self._high_ns / (1 + _DRIFT)
        error_ns = 1.25 * (self.deviation + self._doubt) / math.sqrt(self._weight) * self._mean_y
        if abs(level_ns - told_ns) <= _SURE * error_ns:
            return False
        self._tell(self._mean_y)
        return True

    # --- queries --------------------------------------------------------------------------

    @property
    def mean_ns(self) -> int:
        """The time of a run over the usual number of items, in nanoseconds."""
        return self._steady_ns

    @property
    def usual_items(self) -> float:
        """The mean number of items of a run; 0 while nothing is known."""
        return self._mean_x

    def expected_ns(self, items: int) -> int:
        """Return the expected latency for this number of items, in nanoseconds."""
        if not self._slope:
            return self._steady_ns
        return max(0, round(self._mean_y + self._slope * (items - self._mean_x)))

    def expected_mj(self, items: int) -> float | None:
        """Return the expected energy for this number of items in mJ, or ``None`` while unknown."""
        if self.energy_mj is None:
            return None
        return max(0.0, self.energy_mj + self.energy_per_item_mj * (items - 1))
