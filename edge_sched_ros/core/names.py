# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of names."""

from __future__ import annotations

from collections.abc import Iterable


def is_blank(text: str) -> bool:
    """Return whether a text is empty or consists of spaces."""
    return not text.strip()


def named_twice(names: Iterable[str]) -> str | None:
    """Return the first name that occurs twice, ``None`` if there is none."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
