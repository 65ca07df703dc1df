# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plug-ins of this package: modules found by a search."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def modules_holding(package: ModuleType, attribute: str) -> dict[str, Any]:
    """Return ``attribute`` of every module of a package that has it, by module name."""
    found = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f'{package.__name__}.{info.name}')
        if hasattr(module, attribute):
            found[info.name] = getattr(module, attribute)
    return found
