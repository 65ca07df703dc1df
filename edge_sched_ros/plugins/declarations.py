# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether what a plug-in declares in a tuple can be used: options, policy parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def declarations_problem(
    declared: Any, kind: type[Any], noun: str, problem_of: Callable[[Any], str]
) -> str:
    """
    Return why declarations cannot be used; empty if they can.

    :param declared: should be a tuple of objects of ``kind``, each with a ``name`` of its own
    :param noun: one declaration in a word, for messages
    :param problem_of: returns why one of them cannot be used, beside its name
    """
    if not isinstance(declared, tuple):
        return f'has {noun}s that are not a tuple but of type {type(declared).__name__}'
    seen: set[str] = set()
    for one in declared:
        if not isinstance(one, kind):
            return f'has {_a(noun)} that is not {_a(kind.__name__)} but {one!r:.60}'
        if problem := _name_problem(one.name) or problem_of(one):
            return f"has {_a(noun)} '{one.name}' {problem}"
        if one.name in seen:
            return f"has the {noun} '{one.name}' twice"
        seen.add(one.name)
    return ''


def _a(noun: str) -> str:
    return f'{"an" if noun[0] in "aeiouAEIOU" else "a"} {noun}'


def _name_problem(name: Any) -> str:
    if isinstance(name, str) and name.isidentifier() and name.isascii():
        return ''
    return 'whose name is not of letters, digits and _'


def limits_problem(minimum: Any, maximum: Any) -> str:
    """Return why a range cannot be one; empty if it can."""
    limits = (minimum, maximum)
    if not all(isinstance(limit, (int, float)) for limit in limits):
        return f'whose range must be two numbers, not {limits!r:.60}'
    return ''
