# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lists the plug-ins of a registry, importing and checking each."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.plugins.declared import by_several
from edge_sched_ros.plugins.declared import declared
from edge_sched_ros.plugins.declared import name_problem
from edge_sched_ros.plugins.installed import EntryPoint
from edge_sched_ros.plugins.installed import installed
from edge_sched_ros.plugins.registry import Registry


@dataclass(frozen=True, slots=True)
class Listed:
    """
    A listed plug-in.

    :param origin: the package with its version; empty for this one
    :param reference: ``package.module:Class``; empty for a built-in one
    :param problem: why it cannot be used; empty when it can
    """

    kind: str
    name: str
    origin: str = ''
    reference: str = ''
    problem: str = ''


def listed(registry: Registry[Any]) -> Iterator[Listed]:
    """Yield all plug-ins of one kind, each imported and checked."""
    built_in, what = registry.built_in(), registry.kind.what
    for name in sorted(built_in):
        yield Listed(what, name)
    by_name = declared(registry.kind)
    for entry in installed(registry.kind.entry_points):
        problem = _problem(registry, entry, by_name.get(entry.name, ()), built_in)
        yield Listed(what, entry.name, entry.origin, entry.reference, problem)


def _problem(
    registry: Registry[Any],
    entry: EntryPoint,
    alike: Collection[EntryPoint],
    built_in: Collection[str],
) -> str:
    if problem := name_problem(registry.kind, entry.name):
        return problem
    if entry.name in built_in:
        return 'not used: the built-in one of that name is'
    if len(alike) > 1:
        return by_several(alike)
    try:
        registry.load(entry)
    except ConfigError as error:
        return error.problem
    return ''
