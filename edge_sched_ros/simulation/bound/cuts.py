# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Work that fits into a span of time: what follows from a model and speeds up its proof."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """
    A run of a stage on a unit, taken if its literal holds.

    :param job: index of its job
    :param variant: of the job
    :param soonest: its start is no sooner
    :param latest: its end is no later
    """

    job: int
    variant: str
    soonest: int
    latest: int
    length: int
    literal: Any


def energy(
    runs: Sequence[Run], slots: int, begins: Iterable[int], ends: Iterable[int]
) -> Iterator[Any]:
    """
    Yield for spans of time that the runs within them fit.

    All work that must lie between two times is at most the time between them, times slots
    (energetic reasoning: Baptiste, Le Pape, Nuijten, Constraint-Based Scheduling, 2001). Spans
    from a beginning grow by doubling: each holds about twice the ends of the one before.
    """
    ends = sorted(set(ends))
    for begin in sorted(set(begins)):
        later = [run for run in runs if run.soonest >= begin]
        ahead = [end for end in ends if end > begin]
        picks = {min(2**power, len(ahead)) - 1 for power in range(len(ahead).bit_length() + 1)}
        for pick in sorted(picks):
            within = [run for run in later if run.latest <= ahead[pick]]
            room = (ahead[pick] - begin) * slots
            if _most(within) > room:
                yield sum(run.length * run.literal for run in within) <= room


def _most(runs: Iterable[Run]) -> int:
    """Return the work of the runs when every job takes the variant that has most of it."""
    work: dict[int, dict[str, int]] = {}
    for run in runs:
        by_variant = work.setdefault(run.job, {})
        by_variant[run.variant] = by_variant.get(run.variant, 0) + run.length
    return sum(max(by_variant.values()) for by_variant in work.values())
