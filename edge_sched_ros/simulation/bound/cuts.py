# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Limits of the work within a span of time: implied constraints that speed up the proof."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """
    A run of a stage on a unit, used if its literal is true.

    :param job: index of its job
    :param variant: variant of the job
    :param soonest: its earliest start
    :param latest: its latest end
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
    Yield constraints for spans of time: the runs within them must fit.

    All work that must be done between two times is at most the time between them, times slots
    (energetic reasoning: Baptiste, Le Pape, Nuijten, Constraint-Based Scheduling, 2001). Spans
    with the same start grow by doubling: each has about twice the ends of the previous one.
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
    """Return the work of the runs when every job uses the variant with the most work."""
    work: dict[int, dict[str, int]] = {}
    for run in runs:
        by_variant = work.setdefault(run.job, {})
        by_variant[run.variant] = by_variant.get(run.variant, 0) + run.length
    return sum(max(by_variant.values()) for by_variant in work.values())
