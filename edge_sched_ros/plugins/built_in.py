# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plug-ins of this package: modules found by a search."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from types import ModuleType
from typing import Any


def modules_holding(package: ModuleType, attribute: str) -> dict[str, Any]:
    """Return ``attribute`` of every module of a package that has it, by module name."""
    found = {}
    for name in _names(package.__name__, tuple(package.__path__)):
        module = importlib.import_module(f'{package.__name__}.{name}')
        if hasattr(module, attribute):
            found[name] = getattr(module, attribute)
    return found


@lru_cache(maxsize=32)
def _names(_package: str, folders: tuple[str, ...]) -> tuple[str, ...]:
    """Return the modules in folders; an installed package does not change while it is used."""
    return tuple(info.name for info in pkgutil.iter_modules(folders))
