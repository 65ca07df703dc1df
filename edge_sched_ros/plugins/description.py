# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The description of one plug-in: its origin, its purpose and its options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.own_code import is_reference
from edge_sched_ros.plugins.own_code import load_reference
from edge_sched_ros.plugins.registry import Registry


@dataclass(frozen=True, slots=True)
class Description:
    """
    One plug-in.

    :param origin: the package with its version; empty for this one and for a reference
    :param text: first paragraph of its documentation, in one line
    :param set_by: where the options are set, in words
    """

    kind: str
    name: str
    origin: str
    text: str
    options: tuple[Option, ...]
    set_by: str


def describe(
    name: str,
    registries: Collection[Registry[Any]],
    documentation: Callable[[Any], str] = lambda found: inspect.getdoc(found) or '',
) -> list[Description]:
    """
    Return every plug-in of a name, or the one named by ``package.module:Class``.

    :param documentation: returns the documentation of a plug-in
    :raises ConfigError: when there is none, or none that can be used
    """
    chosen = list(_of_reference(name, registries) if is_reference(name) else ())
    if not is_reference(name):
        chosen = [one for one in registries if name in one.at_hand()]
        if not chosen:
            known = sorted({each for one in registries for each in one.at_hand()})
            raise ConfigError(name, f'no plug-in has this name{did_you_mean(name, known)}')
    found = []
    for registry in chosen:
        kind, plug_in = registry.kind, registry.find(name, name)
        text = ' '.join(documentation(plug_in).partition('\n\n')[0].split())
        origin = registry.origins().get(name, '')
        options = kind.options(plug_in)
        found.append(Description(kind.what, name, origin, text, options, kind.set_by))
    return found


def _of_reference(name: str, registries: Collection[Registry[Any]]) -> Iterator[Registry[Any]]:
    """Yield the registries that accept the object of a reference."""
    plug_in = load_reference(name, name)
    problems = {one.kind.what: one.kind.problem(plug_in) for one in registries}
    fits = [one for one in registries if not problems[one.kind.what]]
    if not fits and not isinstance(plug_in, type):
        raise ConfigError(name, f'is not a plug-in: it is of type {type(plug_in).__name__}')
    if not fits:
        told = '; '.join(f'{what}: {p.partition(": it must")[0]}' for what, p in problems.items())
        raise ConfigError(name, f'is not a plug-in of any kind ({told})')
    yield from fits
