# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs consecutive stages on the same CPU cores as one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.context import Program

#: separator of the names of stages that run as one
JOINT = '+'
#: runs stages in a row and notes their times in the context; ``None``, with nothing done, where
#: they must run one by one
AtOnce = Callable[[tuple[str, ...], JobContext, Callable[[], int]], int | None]


class FusedProgram:
    """
    A program with groups of its stages as one stage each.

    When consecutive stages can only run on the same CPU cores, a decision after each costs more
    than it is worth: preprocessing and postprocessing are short, and the job would continue at
    once anyway. The time of each stage is still recorded.

    :param program: the program to run
    :param groups: its stages in order; those of one group run together; first those of the
        variant that jobs start with, then those of variants with other stages
    """

    def __init__(
        self,
        program: Program,
        *groups: tuple[tuple[str, ...], ...],
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._program = program
        self._clock_ns = clock_ns
        self._groups = {JOINT.join(group): group for one in groups for group in one}
        #: runs all stages of a job in a row, if the program can
        has = hasattr(type(program), 'run_at_once')  # not that of a program within this one
        self._at_once: AtOnce | None = program.run_at_once if has else None  # type: ignore[attr-defined]
        self.stages = tuple(map(JOINT.join, groups[0]))
        self.stateful = program.stateful
        self.output = program.output

    def run(self, stage: str, context: JobContext) -> int:
        """Run a group of stages; return the result of the last one."""
        group, items = self._groups[stage], 0
        if self._at_once is not None:
            found = self._at_once(group, context, self._clock_ns)
            if found is not None:
                return found
        for part in group:
            started_ns = self._clock_ns()
            items = self._program.run(part, context)
            context.parts.append((part, started_ns, self._clock_ns()))
        return items

    def set_option(self, name: str, value: float | None) -> None:
        """Change a setting while running."""
        self._program.set_option(name, value)

    def reset(self) -> None:
        """Reset the state from earlier frames."""
        self._program.reset()

    def close(self) -> None:
        """Free engines and memory."""
        self._program.close()

    def __getattr__(self, name: str) -> Any:
        """Return other attributes of the program (``labels``, ``needs_boxes``)."""
        return getattr(self._program, name)


def fuse(program: Program, *groups: tuple[tuple[str, ...], ...]) -> Program:
    """
    Return a program with each group of stages as one, or itself when no group has two.

    :param groups: all its stages, in order, of every variant; one group of all when not given
    """
    groups = groups or ((program.stages,),)
    joined = any(len(group) > 1 for one in groups for group in one)
    return FusedProgram(program, *groups) if joined else program


def split(
    timings: tuple[StageTiming, ...], parts: list[tuple[str, int, int]]
) -> tuple[StageTiming, ...]:
    """
    Return the timings with every fused stage replaced by its parts.

    :param timings: timings of the dispatcher
    :param parts: name, start and end of the parts that ran, in order, in nanoseconds
    """
    if not parts:
        return timings
    found: list[StageTiming] = []
    for timing in timings:
        inside = [
            part for part in parts if timing.started_ns <= part[1] <= part[2] <= timing.finished_ns
        ]
        ready_ns = timing.ready_ns
        for name, started_ns, finished_ns in inside:
            found.append(StageTiming(name, timing.unit, ready_ns, started_ns, finished_ns))
            ready_ns = finished_ns
        if not inside:
            found.append(timing)
    return tuple(found)
