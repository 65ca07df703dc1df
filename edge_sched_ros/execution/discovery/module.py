# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Identifies the computer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.discovery.families import Family
from edge_sched_ros.execution.discovery.families import find_family
from edge_sched_ros.execution.discovery.families import find_part
from edge_sched_ros.execution.discovery.families import HIDDEN
from edge_sched_ros.execution.discovery.families import part_name
from edge_sched_ros.execution.discovery.files import read_text


@dataclass(frozen=True, slots=True)
class Module:
    """
    A computer.

    :param model: its own name of the model; ``None`` without one
    :param family: family of Jetson modules; ``None`` for any other computer
    :param os: the distribution; ``None`` if unknown
    :param part: part number of a Jetson module; ``None`` if not given
    :param reason: why the module is not known; empty when it is known
    """

    model: str | None
    family: Family | None
    os: str | None
    part: str | None = None
    reason: str = ''


def read_module(root: Path = Path('/')) -> Module:
    """Identify the computer by its device tree, its firmware or its CPU."""
    tree = next((folder for folder in _trees(root) if folder.is_dir()), None)
    if tree is None:
        return _without_tree(root)
    model = read_text(tree / 'model') or ''
    compatible = read_text(tree / 'compatible') or ''
    family, part = find_family(model, compatible), find_part(compatible)
    reason = ''
    if part is not None and part_name(part) is None:
        reason = f'the part {part} is not in the list of known modules'
    elif family is not None and part is None:
        reason = 'its device tree gives no part number'
    return Module(model or _product(root) or _cpu_model(root), family, _os(root), part, reason)


def _trees(root: Path) -> tuple[Path, ...]:
    # the first is a link to the second; some containers show only the second
    return root / 'proc/device-tree', root / 'sys/firmware/devicetree/base'


def _without_tree(root: Path) -> Module:
    """Identify a computer without a visible device tree."""
    model = _product(root) or _chip(root) or _cpu_model(root)
    if not (root / 'etc/nv_tegra_release').is_file():
        return Module(model, None, _os(root))
    family = find_family(_chip(root) or '', '') or HIDDEN
    return Module(model, family, _os(root), None, 'its device tree is not visible (a container?)')


def _chip(root: Path) -> str | None:
    """Return the computer's names from the chip's driver, whose files containers show, too."""
    return read_text(root / 'sys/devices/soc0/machine') or None


def _product(root: Path) -> str | None:
    """Return maker and product from the firmware of a PC."""
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
