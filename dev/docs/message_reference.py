# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every message of the package, as its definition stands in ``msg/``."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[2] / 'msg'


def messages_page() -> str:
    """Return the page, in Markdown."""
    parts = [
        '# Messages\n\nThe messages that the package defines, with what each field means. '
        '[The node in a ROS system](../docs/ros.md#topics-of-the-node) has its topics. '
        'Messages of orders, reports and tensors go between [devices](../docs/devices.md).\n'
    ]
    for file in sorted(_FOLDER.glob('*.msg')):
        parts.append(_section(file.stem, file.read_text('utf-8')))
    return '\n'.join(parts)


def _section(name: str, text: str) -> str:
    """Return a section: the comments that the definition begins with, then its fields."""
    lines = text.splitlines()
    head = 0
    while head < len(lines) and lines[head].startswith('#'):
        head += 1
    said = '\n'.join(line.lstrip('# ') for line in lines[:head])
    fields = '\n'.join(lines[head:]).strip('\n')
    return f'## edge_sched_ros/msg/{name}\n\n{said}\n\n```text\n{fields}\n```\n'
