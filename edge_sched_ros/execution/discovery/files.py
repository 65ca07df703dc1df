# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads small files of the kernel and the system, below any root."""

from __future__ import annotations

from pathlib import Path


def read_text(file: Path) -> str | None:
    """Return a file's text without terminators; ``None`` when it cannot be read."""
    try:
        # device-tree strings end in a zero byte
        return file.read_bytes().decode(errors='replace').replace('\0', '\n').strip()
    except OSError:
        return None


def read_int(file: Path) -> int | None:
    """Return a file's whole number; ``None`` when it cannot be read or is not a number."""
    text = read_text(file)
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def parse_range(text: str) -> frozenset[int]:
    """
    Return the numbers of a kernel list such as ``0-3,6``.

    Any other text gives the empty set.
    """
    found: set[int] = set()
    for part in filter(None, text.split(',')):
        first, _, last = part.partition('-')
        try:
            found.update(range(int(first), int(last or first) + 1))
        except ValueError:
            return frozenset()
    return frozenset(found)
