# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Fields that records and messages have in common, and tables: arrays that are equally long."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

from edge_sched_ros.core.errors import EdgeSchedError


class UnreadableError(EdgeSchedError):
    """A message that makes no sense; counted and told by its field."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f'{field}: {problem}')
        self.field = field


def common(source: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return the fields that a record and its message have in common, by name."""
    return {name: getattr(source, name) for name in names}


def table(rows: Iterable[Sequence[Any]], *names: str) -> dict[str, list[Any]]:
    """Return rows as columns of a message, by name."""
    found = list(rows)
    return {name: [row[number] for row in found] for number, name in enumerate(names)}


def columns(message: Any, *names: str) -> list[tuple[Any, ...]]:
    """
    Return the rows of a table.

    :raises UnreadableError: when its columns are not equally long
    """
    # numbers come as arrays of the array module or of numpy
    found = [
        value if isinstance(value, list) else value.tolist()
        for value in (getattr(message, name) for name in names)
    ]
    if len({len(column) for column in found}) > 1:
        lengths = ', '.join(f'{len(column)} {name}' for name, column in zip(names, found))
        raise UnreadableError(names[0], f'columns of unequal length ({lengths})')
    return list(zip(*found))


def grouped(values: list[Any], counts: list[int], name: str) -> list[tuple[Any, ...]]:
    """
    Return a flat list in groups.

    :raises UnreadableError: when the counts do not add up to it
    """
    if sum(counts) != len(values):
        raise UnreadableError(name, f'{len(values)} values for groups of {sum(counts)}')
    groups, at = [], 0
    for count in counts:
        groups.append(tuple(values[at : at + count]))
        at += count
    return groups
