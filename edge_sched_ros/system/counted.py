# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names of objects with a ``count`` in a file: NAME-0, NAME-1, ..."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Protocol

from edge_sched_ros.core.errors import ConfigError


class Counted(Protocol):
    """An object that may have a count."""

    @property
    def count(self) -> int | None:
        """Return its count; ``None``: one, under its own name."""


def counted(specs: Mapping[str, Counted], at: Callable[..., str]) -> dict[str, tuple[str, ...]]:
    """
    Return the names that each task or device stands for.

    :param at: returns the place of a key, for messages
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
