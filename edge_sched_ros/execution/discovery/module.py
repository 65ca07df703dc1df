# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which computer this is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.discovery.families import Family
from edge_sched_ros.execution.discovery.families import find_family
from edge_sched_ros.execution.discovery.files import read_text


@dataclass(frozen=True, slots=True)
class Module:
    """
    A computer.

    :param model: as it calls itself; ``None`` when it does not say
    :param family: of Jetson modules; ``None`` for any other computer
    :param os: the distribution; ``None`` when it does not say
    """

    model: str | None
    family: Family | None
    os: str | None


def read_module(root: Path = Path('/')) -> Module:
    """Return which computer this is, by its device tree, its firmware or its CPU."""
    tree = root / 'proc/device-tree'
    model = read_text(tree / 'model') or ''
    compatible = read_text(tree / 'compatible') or ''
    family = find_family(model, compatible)
    return Module(model or _product(root) or _cpu_model(root), family, _os(root))


def _product(root: Path) -> str | None:
    """Return maker and product as the firmware of a PC gives them."""
    folder = root / 'sys/class/dmi/id'
    parts = [read_text(folder / name) for name in ('sys_vendor', 'product_name')]
    return ' '.join(filter(None, parts)) or None


def _cpu_model(root: Path) -> str | None:
    text = read_text(root / 'proc/cpuinfo') or ''
    found = re.search(r'^(?:model name|Hardware)\s*:\s*(.+)$', text, re.MULTILINE)
    return found[1].strip() if found else None


def _os(root: Path) -> str | None:
    for file in ('etc/os-release', 'usr/lib/os-release'):
        found = re.search(r'^PRETTY_NAME="?(.*?)"?$', read_text(root / file) or '', re.MULTILINE)
        if found:
            return found[1]
    return None
