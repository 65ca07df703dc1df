# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Graphs with the names, shapes and metadata of real exporters, one module for each family."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from exports.export import Export

#: in the order of the table in docs/networks.md
_FIRST = ('ultralytics', 'yolov5_like', 'yolox', 'transformers', 'ssd')


def all_exports() -> dict[str, Export]:
    """Return the exports of every family by name."""
    found: dict[str, Export] = {}
    others = sorted({module.name for module in iter_modules(__path__)} - set(_FIRST) - {'table'})
    for family in (*_FIRST, *others):
        for one in getattr(import_module(f'exports.{family}'), 'EXPORTS', ()):
            assert one.name not in found, one.name
            found[one.name] = one
    return found
