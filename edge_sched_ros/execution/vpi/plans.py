# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How a unit does a chain of operations: what the planner makes and others carry out."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.execution.vpi.capability import Request
from edge_sched_ros.execution.vpi.capability import Size


@dataclass(frozen=True, slots=True)
class Step:
    """
    One submission.

    :param source_format: what it gets
    :param format: what it makes
    """

    request: Request
    backend: str
    source_format: str
    source_size: Size
    format: str
    size: Size

    @property
    def op(self) -> str:
        """Name of the operation."""
        return self.request.op


@dataclass(frozen=True, slots=True)
class Plan:
    """
    How a unit does a chain of operations.

    :param source_format: of the picture in the CPU's memory
    :param upload_format: what it is made into while it is copied in
    :param result_format: what the result is made into while it is copied out; empty where the
        last operation gives no picture
    """

    source_format: str
    upload_format: str
    steps: tuple[Step, ...]
    result_format: str

    @property
    def backends(self) -> frozenset[str]:
        """Every backend that takes part."""
        return frozenset(step.backend for step in self.steps)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a unit cannot do it."""

    reason: str
