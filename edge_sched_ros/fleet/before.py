# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a task after another works on, beside the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Before:
    """
    What the task before gave.

    :param result: its answer
    :param items: how many things it found
    """

    result: Any
    items: int
