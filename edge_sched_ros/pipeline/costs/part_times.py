# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How the time of stages that run as one divides into their parts."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.execution.fused import JOINT
from edge_sched_ros.execution.jobs import JobEnd


class PartTimes:
    """Sums of the times of stages in ended jobs, by task, variant, unit and stage."""

    def __init__(self) -> None:
        self._ns: dict[tuple[str, str, str, str], int] = {}

    def observe(self, end: JobEnd) -> None:
        """Add the stages of a job; called for one end at a time."""
        sums, task, variant = self._ns, end.task, end.variant
        for timing in end.stages:
            stage, took_ns = timing.stage, timing.finished_ns - timing.started_ns
            if JOINT not in stage:
                key = (task, variant, timing.unit, stage)
                sums[key] = sums.get(key, 0) + took_ns
                continue
            # segments that ran as the whole network took its time in unknown parts: equal ones
            parts = stage.split(JOINT)
            for part in parts:
                key = (task, variant, timing.unit, part)
                sums[key] = sums.get(key, 0) + took_ns // len(parts)

    def shares(self, task: str, variant: str, stage: str, unit: str) -> Mapping[str, float]:
        """
        Return part -> its share of the time of stages that run as one; empty for a single stage.

        Where a unit has not run them yet, they are those on all units, and equal before any run.
        """
        parts = stage.split(JOINT)
        if len(parts) == 1:
            return {}
        sums = list(self._ns.items())
        times = {part: self._ns.get((task, variant, unit, part), 0) for part in parts}
        if not any(times.values()):
            times = {
                part: sum(ns for key, ns in sums if key[:2] == (task, variant) and key[3] == part)
                for part in parts
            }
        total = sum(times.values())
        return {part: ns / total if total else 1 / len(parts) for part, ns in times.items()}
