# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What may name something."""

from __future__ import annotations


def is_blank(text: str) -> bool:
    """Return whether a text names nothing: it is empty, or nothing but spaces."""
    return not text.strip()
