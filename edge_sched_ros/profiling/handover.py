# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The time to hand a job from one unit to another."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.profiling.bench import Bench
from edge_sched_ros.profiling.target import Target

#: number of measured hand-overs per pair of units
_RUNS = 200
_WARM_UP = 20


class _Nothing:
    """Two stages that do nothing: the time between them is the hand-over."""

    stages: tuple[str, ...] = ('give', 'take')
    stateful = False
    output = 'none'

    def run(self, stage: str, context: object) -> int:
        """Do nothing."""
        return 0

    def set_option(self, name: str, value: float | None) -> None:
        """Do nothing: there are no settings."""

    def reset(self) -> None:
        """Do nothing: there is no state."""

    def close(self) -> None:
        """Hold nothing."""


def measure_handovers(
    bench: Bench,
    units: tuple[LocalUnit, ...],
    *,
    like: Target,
    runs: int = _RUNS,
    progress: Callable[[float], None] = lambda _share: None,
) -> dict[str, dict[str, float]]:
    """
    Return unit -> other unit -> median time between the end of a stage here and the start of the
    next one there, in ms, minus the time when the next stage stays on the unit.

    This is the time for the queue and for waking the other worker. Tensors are handed over by
    reference, and an accelerator's stages include their copies to and from it.

    :param like: any target, for the data of a job
    """
    pairs = [(one, other) for one in units for other in units]
    found: dict[tuple[str, str], float] = {}
    for index, (one, other) in enumerate(pairs):
        target = Target(
            network='handover',
            variant=like.variant,
            file=like.file,
            program=_Nothing(),
            units={'give': (one,), 'take': (other,)},
            context=like.context,
        )
        route = [('give', one), ('take', other)]
        times = [bench.run(target, route) for _ in range(_WARM_UP + runs)][_WARM_UP:]
        between = [(take.started_ns - give.finished_ns) / 1e6 for give, take in times]
        found[(one.unit.name, other.unit.name)] = statistics.median(between)
        progress((index + 1) / len(pairs))
    return {
        one.unit.name: {
            other.unit.name: round(
                max(
                    0.0,
                    found[(one.unit.name, other.unit.name)]
                    - found[(other.unit.name, other.unit.name)],
                ),
                6,
            )
            for other in units
            if other is not one
        }
        for one in units
    }
