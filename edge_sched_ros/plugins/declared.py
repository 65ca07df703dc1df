# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Declarations of one kind in installed packages, by name; nothing is imported."""

from __future__ import annotations

import re
from collections.abc import Collection

from edge_sched_ros.plugins.installed import EntryPoint
from edge_sched_ros.plugins.installed import installed
from edge_sched_ros.plugins.kind import Kind

#: names are used in parameters, where dots and colons have a meaning
_NAME = re.compile(r'[A-Za-z0-9_][A-Za-z0-9_-]*')


def declared(kind: Kind) -> dict[str, tuple[EntryPoint, ...]]:
    """Return the entry points of a kind by name; usually one each, without invalid names."""
    found: dict[str, tuple[EntryPoint, ...]] = {}
    for entry in installed(kind.entry_points):
        if not name_problem(kind, entry.name):
            found[entry.name] = (*found.get(entry.name, ()), entry)
    return found


def name_problem(kind: Kind, name: str) -> str:
    """Return why a name is not valid for a kind; empty if it is."""
    if not _NAME.fullmatch(name):
        return f"the name '{name}' must be letters, digits, _ and -"
    if name in kind.reserved:
        return f"the name '{name}' is reserved"
    return ''


def by_several(entries: Collection[EntryPoint]) -> str:
    """Return the message that several packages declare a name."""
    where = ' and '.join(f'{one.origin} ({one.reference})' for one in entries)
    return f'is declared by several packages, {where}: uninstall all but one'
