# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What may name something."""

from __future__ import annotations

from collections.abc import Iterable


def is_blank(text: str) -> bool:
    """Return whether a text names nothing: it is empty, or nothing but spaces."""
    return not text.strip()


def named_twice(names: Iterable[str]) -> str | None:
    """Return the first name that is there a second time, ``None`` when each is there once."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
