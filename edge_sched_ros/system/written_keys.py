# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keys as a file has them, of keys as the models have them: networks may be given in short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Keys = tuple[str, ...]
_VARIANT = 4


def as_written(keys: Keys, data: Mapping[Any, Any]) -> Keys:
    """
    Return the key of an error as the file has it.

    A network of one variant need not name it, and ``cost`` stands for stages.

    :param data: what the file holds
    """
    if keys[:1] != ('networks',) or keys[2:3] != ('variants',) or len(keys) < _VARIANT:
        return keys
    head, rest = keys[:_VARIANT], keys[_VARIANT:]
    written = data['networks'][keys[1]]
    if not isinstance(written, Mapping):
        return keys
    if 'variants' in written:
        written = written['variants'].get(keys[3])
    else:
        head = keys[:2]
    if isinstance(written, Mapping) and isinstance(written.get('cost'), Mapping):
        rest = _in_columns(rest, written['cost'])
    return head + rest


def _in_columns(keys: Keys, cost: Mapping[Any, Any]) -> Keys:
    """Return ``cost.UNIT.KEY.GROUP`` of ``stages.GROUP.cost.UNIT.KEY``."""
    if len(keys) < _VARIANT or keys[0] != 'stages' or keys[2] != 'cost':
        return keys
    group, unit, inner = int(keys[1]), keys[3], keys[4:]
    column = cost.get(unit)
    if inner and isinstance(column, Mapping):
        values = column.get(inner[0])
    else:
        values, inner = column, ()
    if not isinstance(values, (list, tuple)):
        return ('cost', unit, *inner)
    # the cut before a group is the one after the group before
    index = group - 1 if inner[:1] == ('enter_ms',) else group
    return ('cost', unit, *inner, str(index))
