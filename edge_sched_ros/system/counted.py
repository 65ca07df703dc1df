# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names of what a file gives once with a ``count``: NAME-0, NAME-1, ..."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Protocol

from edge_sched_ros.core.errors import ConfigError


class Counted(Protocol):
    """Something that may have a count."""

    @property
    def count(self) -> int | None:
        """Return how many of it there are; ``None``: one, under its own name."""


def counted(specs: Mapping[str, Counted], at: Callable[..., str]) -> dict[str, tuple[str, ...]]:
    """
    Return the names of all that each of some tasks or devices stands for.

    :param at: returns where a key is, for messages
    :raises ConfigError: where a count makes a name twice
    """
    found: dict[str, tuple[str, ...]] = {}
    taken: set[str] = set()
    for name, spec in specs.items():
        many = spec.count
        names = (name,) if many is None else tuple(f'{name}-{index}' for index in range(many))
        twice = next((o for o in names if o in taken or (o != name and o in specs)), None)
        if twice is not None:
            raise ConfigError(at(name, 'count'), f"gives a second '{twice}'")
        taken.update(names)
        found[name] = names
    return found
