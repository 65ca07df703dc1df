# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The short form of networks: converts a column of numbers per unit to stages, and keys back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.system.fields import WrongAtError

#: keys of a cost for the cut after and before a stage
_AFTER, _BEFORE = 'leave_ms', 'enter_ms'
#: name of the stage of a network that has only one
ONE_STAGE = 'infer'
Columns = dict[str, dict[str, Any]]
Keys = tuple[str, ...]
#: keys down to a variant in networks
_VARIANT = 4


def stages_from(cost: Any) -> Any:
    """
    Return stages in the form of a file.

    :param cost: unit -> cost, or unit -> key of a cost -> a number per layer group
    :raises WrongAtError: for columns of unequal length, or a group that no unit can run
    """
    if not isinstance(cost, dict):
        raise WrongAtError(('cost',), 'must be a mapping of units')
    columns = {unit: _column(one) for unit, one in cost.items()}
    times = [one.get('latency_ms') for one in columns.values() if isinstance(one, dict)]
    if not any(map(_is_list, times)):
        return [{'name': ONE_STAGE, 'cost': cost}]
    count = _groups(columns)
    stages: list[dict[str, Any]] = [{'name': f'g{index}', 'cost': {}} for index in range(count)]
    for unit, column in columns.items():
        for index, stage in enumerate(stages):
            if column['latency_ms'][index] is not None:
                stage['cost'][unit] = _group(unit, column, index, count)
    for index, stage in enumerate(stages):
        if not stage['cost']:
            raise WrongAtError(('cost',), f'no unit can run group {index} (all are null)')
    return stages


def _column(cost: Any) -> Any:
    return {'latency_ms': cost} if _is_list(cost) else cost


def _groups(columns: Columns) -> int:
    """Return the number of groups of the columns, which must be equal."""
    first, count = '', 0
    for unit, column in columns.items():
        times = column.get('latency_ms') if isinstance(column, dict) else None
        key = ('cost', unit, 'latency_ms')
        if not isinstance(times, (list, tuple)):
            raise WrongAtError(key, 'must be a list, as for the other units')
        if not times:
            raise WrongAtError(key, 'must have a number per layer group, or be one number')
        if first and len(times) != count:
            problem = f'has {len(times)} groups, cost.{first}.latency_ms has {count}'
            raise WrongAtError(key, problem)
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
            raise WrongAtError(('cost', unit, key), problem)
        found[key] = value[at]
    return found


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def as_written(keys: Keys, data: Mapping[Any, Any]) -> Keys:
    """
    Return the key of an error in the form of the file.

    A network of one variant need not name it, ``cost`` stands for stages, and a network may have
    costs alone.

    :param data: content of the file
    """
    if keys[:1] != ('networks',) or keys[2:3] != ('variants',) or len(keys) < _VARIANT:
        return keys
    head, rest = keys[:_VARIANT], keys[_VARIANT:]
    written = _below(_below(data, 'networks'), keys[1])
    if written is None and keys[1] in (_below(data, 'costs') or ()):
        return ('costs', keys[1])
    if not isinstance(written, Mapping):
        return keys
    if 'variants' in written:
        written = _below(written['variants'], keys[3])
    else:
        head = keys[:2]
    cost = _below(written, 'cost')
    return head + (_in_columns(rest, cost) if isinstance(cost, Mapping) else rest)


def _below(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, Mapping) else None


def _in_columns(keys: Keys, cost: Mapping[Any, Any]) -> Keys:
    """Return ``cost.UNIT.KEY.GROUP`` of ``stages.GROUP.cost.UNIT.KEY``, ``cost`` of a stage."""
    if keys[:1] == ('stages',) and len(keys) == 2:
        return ('cost',)
    group = ''
    if keys[:1] == ('stages',) and keys[2:3] == ('cost',):
        group, keys = keys[1], keys[2:]
    if keys[:1] != ('cost',) or len(keys) < 2:
        return keys
    unit, inner = keys[1], keys[2:]
    column = cost.get(unit)
    if not inner or not isinstance(column, Mapping):
        values, inner = column, ()
    else:
        values = column.get(inner[0])
    if not group or not _is_list(values):
        return ('cost', unit, *inner)
    # the cut before a group is the cut after the previous group
    index = int(group) - 1 if inner[:1] == ('enter_ms',) else int(group)
    return ('cost', unit, *inner, str(index))
