# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Divides work so that the busiest of several resources has the least load: the simplex method.

A running node asks this of a few dozen stages. For that alone a library of optimisation would take
30 MB of its memory and an eighth of a second of its start.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: of the largest coefficient: what is less is rounding
_ROUNDING = 1e-10
#: pivots for each row of the table by the steepest descent, which is fast but may cycle
_STEEP = 20


def least_busiest(
    loads: NDArray[np.float64], works: Sequence[int]
) -> tuple[float, NDArray[np.float64]]:
    """
    Return the least load of the busiest resource, and the price of each resource.

    The linear program: minimise the largest of ``loads @ shares``, where the shares of each work
    are at least 0 and add up to 1. A price above 0 shows a resource that limits the result.

    :param loads: resources x ways, at least 0; what a way loads each resource with, if it has all
        of its work
    :param works: the work that each way is for, numbered from 0, each at least once
    """
    resources, ways = loads.shape
    if not ways:
        return 0.0, np.zeros(resources)
    scale = float(loads.max())
    if scale <= 0:
        return 0.0, np.zeros(resources)
    table, basis = _first_table(loads / scale, np.asarray(works))
    _descend(table, basis)
    prices = np.maximum(table[-1, ways + 1 : -1], 0.0)
    return float(-table[-1, -1]) * scale, prices


def _first_table(
    loads: NDArray[np.float64], works: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """
    Return the table of a solution, in which every work goes one way, and its basis.

    Columns: ways, the busiest load, the slack of each resource, the right side. Rows: works,
    resources, the goal.
    """
    resources, ways = loads.shape
    count = int(works.max()) + 1
    table = np.zeros((count + resources + 1, ways + 1 + resources + 1))
    table[works, np.arange(ways)] = 1.0
    table[:count, -1] = 1.0
    rows = table[count:-1]
    rows[:, :ways] = loads
    rows[:, ways] = -1.0
    rows[:, ways + 1 : -1] = np.eye(resources)
    # each work by the way that loads its resources least
    order = np.argsort(loads.max(axis=0), kind='stable')[::-1]
    first = np.zeros(count, np.int64)
    first[works[order]] = order
    rows -= loads[:, first] @ table[:count]
    busiest = int(np.argmin(rows[:, -1]))
    rows[busiest] *= -1.0
    rows[np.arange(resources) != busiest] += rows[busiest]
    basis = np.concatenate([first, ways + 1 + np.arange(resources)])
    basis[count + busiest] = ways
    table[-1] = -rows[busiest]
    table[-1, ways] = 0.0
    return table, basis


def _descend(table: NDArray[np.float64], basis: NDArray[np.int64]) -> None:
    """Pivot until the goal cannot become less."""
    steep = _STEEP * len(basis)
    while True:
        goal = table[-1, :-1]
        # else Bland's rule: the first that helps, with which no basis comes twice
        column = int(np.argmin(goal) if steep > 0 else np.argmax(goal < -_ROUNDING))
        if goal[column] >= -_ROUNDING:
            return
        steep -= 1
        rates = table[:-1, column]
        helps = rates > _ROUNDING
        limits = np.full(len(basis), np.inf)
        limits[helps] = table[:-1, -1][helps] / rates[helps]
        least = limits.min()
        if not np.isfinite(least):
            return  # rounding: the busiest load has a least value
        ties = np.flatnonzero(limits <= least + _ROUNDING)
        row = int(ties[np.argmin(basis[ties])])
        table[row] /= table[row, column]
        others = table[:, column].copy()
        others[row] = 0.0
        table -= np.outer(others, table[row])
        basis[row] = column
