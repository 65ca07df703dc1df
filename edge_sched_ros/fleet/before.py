# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a task after another works on, beside the frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any


@dataclass(frozen=True, slots=True)
class Before:
    """
    What the tasks before gave.

    :param result: answer of the first of them
    :param items: how many things that found
    :param results: answers by task, where there are several
    """

    result: Any
    items: int
    results: Mapping[str, Any] = field(default_factory=dict)
