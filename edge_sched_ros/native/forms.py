# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which classes have a native form."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import Any

from edge_sched_ros.native.loading import extension


def native_form(kind: type, reference: type, methods: Iterable[str]) -> ModuleType | None:
    """
    Return the extension module for a class that does what its native form does.

    :param kind: the class, maybe one of the user's own
    :param reference: the class that has the native form
    :param methods: what the native form stands for; a class with another one has no native form
    """
    if any(getattr(kind, name, None) is not getattr(reference, name) for name in methods):
        return None
    return extension()


def unless_replaced(one: Any, quick: str, usual: str) -> Any:
    """
    Return a quick form that an object has; ``None`` where what it stands for is newer.

    A class of another package that replaces a method of its base would otherwise never be asked.

    :param quick: attribute with the quick form
    :param usual: the method that it stands for
    """
    if usual in getattr(one, '__dict__', ()):
        return None
    for kind in type(one).__mro__:
        if quick in vars(kind):
            break
        if usual in vars(kind):
            return None
    return getattr(one, quick, None)
