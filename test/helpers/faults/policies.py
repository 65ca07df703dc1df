# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy that does what a fault says, and decides like ``edf`` otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from edge_sched_ros.policies.edf import EarliestDeadlineFirst

#: the fault's behaviour while it lasts
BEHAVIOUR: list[Callable[[Any], Any]] = []
NAME = 'faults.policies:Spoilt'


class Spoilt(EarliestDeadlineFirst):
    """Does what a fault says."""

    def decide(self, view: Any) -> Any:
        """Decide, or do what the fault says."""
        return BEHAVIOUR[0](view) if BEHAVIOUR else super().decide(view)


def on_unit(view: Any, unit: str) -> Any:
    """Return the decisions with another unit."""
    return [replace(one, unit=unit) for one in EarliestDeadlineFirst().decide(view)]


def with_id(view: Any, job: int) -> Any:
    """Return the decisions with another job."""
    return [replace(one, job=job) for one in EarliestDeadlineFirst().decide(view)]
