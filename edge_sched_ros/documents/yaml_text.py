# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Entries of YAML files for people: lists and mappings in filled lines."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from edge_sched_ros.documents.yaml_file import flow

#: greatest length of a line
WIDTH = 96


def entry(key: str, value: Any) -> str:
    """Return a key with its value; lists and mappings in one line, or filled lines."""
    if isinstance(value, Mapping):
        parts = [f'{flow(name)}: {flow(own)}' for name, own in value.items()]
        return _filled(f'{key}: {{', parts, '}')
    if isinstance(value, list):
        return _filled(f'{key}: [', [flow(own) for own in value], ']')
    return f'{key}: {flow(value)}'


def _filled(begin: str, parts: Sequence[str], end: str) -> str:
    """Return parts with commas between them, broken between parts only."""
    lines = [begin]
    for index, part in enumerate(parts):
        text = part + (end if index == len(parts) - 1 else ',')
        if len(lines[-1]) + len(text) + 1 > WIDTH and lines[-1].strip():
            lines.append('  ')
        space = '' if lines[-1][-1:] in ('{', '[', ' ') else ' '
        lines[-1] += space + text
    return '\n'.join(lines) + ('' if parts else end)
