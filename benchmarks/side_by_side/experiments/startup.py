# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long the node takes from the start of its process to the first answers."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.contenders.base import Contender
from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.experiments.one_run import Bench
from benchmarks.side_by_side.experiments.started import Started
from benchmarks.side_by_side.faults import BenchFault
from benchmarks.side_by_side.rig.place import READY_TIMEOUT_S

#: of the cameras, which run from the beginning
_RATE_HZ = 15.0
_POLL_S = 0.02


def measure(bench: Bench, contender: Contender, order: Order, pictures: Path) -> dict[str, Any]:
    """
    Start a contender again and again while the cameras run.

    :returns: seconds to the first answer of any task, and until every task has answered
    """
    starts = [_once(bench, contender, order, pictures) for _ in range(bench.plan.startups)]
    first, every = zip(*starts)
    return {
        'first_answer_s': statistics.median(first),
        'every_task_s': statistics.median(every),
        'first_answer_s_each': list(first),
        'every_task_s_each': list(every),
    }


def _once(bench: Bench, contender: Contender, order: Order, pictures: Path) -> tuple[float, float]:
    started = Started(contender, order, rig=bench.rig, pictures=pictures)
    try:
        place = started.place
        place.record()
        place.begin(pictures, _RATE_HZ, READY_TIMEOUT_S)
        try:
            times = _wait(started)
        finally:
            place.stop_cameras()
            place.end(READY_TIMEOUT_S)
    except BaseException:
        started.close()
        raise
    started.stop()
    begin_ns = started.started_ns
    return (min(times) - begin_ns) / 1e9, (max(times) - begin_ns) / 1e9


def _wait(started: Started) -> list[int]:
    """Return when each topic had its first answer."""
    deadline = time.monotonic() + READY_TIMEOUT_S
    while True:
        times = started.place.first()
        if all(times.values()):
            return list(times.values())
        started.check()
        if time.monotonic() > deadline:
            silent = ', '.join(topic for topic, at in times.items() if not at)
            raise BenchFault(f'{started.contender.name}: no answer on {silent}')
        time.sleep(_POLL_S)
