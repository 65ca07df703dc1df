# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs of a network by unit, in short: a column of numbers per unit becomes stages."""

from __future__ import annotations

from typing import Any

#: keys of a cost that belong to the cut after, and before, a stage
_AFTER, _BEFORE = 'leave_ms', 'enter_ms'
_ONE = 'infer'
Columns = dict[str, dict[str, Any]]


def stages_from(cost: Any) -> Any:
    """
    Return stages as a file would list them.

    :param cost: unit -> cost, or unit -> key of a cost -> a number per layer group
    :raises ValueError: for columns of unequal length, or a group that no unit can run
    """
    if not isinstance(cost, dict):
        raise ValueError('cost must be a mapping of units')
    columns = {unit: _column(one) for unit, one in cost.items()}
    times = [one.get('latency_ms') for one in columns.values() if isinstance(one, dict)]
    if not any(map(_is_list, times)):
        return [{'name': _ONE, 'cost': cost}]
    count = _groups(columns)
    stages: list[dict[str, Any]] = [{'name': f'g{index}', 'cost': {}} for index in range(count)]
    for unit, column in columns.items():
        for index, stage in enumerate(stages):
            if column['latency_ms'][index] is not None:
                stage['cost'][unit] = _group(unit, column, index, count)
    for index, stage in enumerate(stages):
        if not stage['cost']:
            raise ValueError(f'cost: no unit can run group {index} (all are null)')
    return stages


def _column(cost: Any) -> Any:
    return {'latency_ms': cost} if _is_list(cost) else cost


def _groups(columns: Columns) -> int:
    """Return how many groups the columns have, all the same."""
    first, count = '', 0
    for unit, column in columns.items():
        times = column.get('latency_ms') if isinstance(column, dict) else None
        if not isinstance(times, (list, tuple)) or not times:
            raise ValueError(f'cost.{unit}.latency_ms: must be a list, as for the other units')
        if first and len(times) != count:
            problem = f'has {len(times)} groups, cost.{first}.latency_ms has {count}'
            raise ValueError(f'cost.{unit}.latency_ms: {problem}')
        first, count = first or unit, len(times)
    return count


def _group(unit: str, column: dict[str, Any], index: int, count: int) -> dict[str, Any]:
    """Return the cost of one group on one unit."""
    found = {}
    for key, value in column.items():
        if (key == _BEFORE and index == 0) or (key == _AFTER and index == count - 1):
            continue
        at, length, what = index, count, 'groups'
        if key in (_AFTER, _BEFORE):
            at, length, what = index - (key == _BEFORE), count - 1, 'cuts between the groups'
        if not _is_list(value):
            found[key] = value
            continue
        if len(value) != length:
            problem = f'has {len(value)} numbers, but there are {length} {what}'
            raise ValueError(f'cost.{unit}.{key}: {problem}')
        found[key] = value[at]
    return found


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))
