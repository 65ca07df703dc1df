# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks whether runs had too few jobs for a comparison of policies."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

#: minimum number of jobs in a run; with fewer, single frames decide
ENOUGH_JOBS = 20


def thin_runs(runs: Iterable[Mapping[str, Any]]) -> str:
    """Return one line about scenarios with too few jobs or without results, or nothing."""
    released: dict[str, list[int]] = {}
    answered: dict[str, int] = {}
    for run in runs:
        name, tasks = run['scenario'], run['tasks'].values()
        released.setdefault(name, []).append(sum(task['released'] for task in tasks))
        done = sum(task['on_time'] + task['late'] for task in tasks)
        answered[name] = answered.get(name, 0) + done
    of = f'of {len(released)} scenarios'
    few = [name for name, jobs in released.items() if min(jobs) < ENOUGH_JOBS]
    none = [name for name, jobs in released.items() if not answered[name] and min(jobs)]
    said = []
    if few:
        said.append(
            f'{len(few)} {of} have runs of fewer than {ENOUGH_JOBS} jobs: give more --seconds'
        )
    if none:
        said.append(f'no policy answered a single job in {len(none)} {of}')
    return '; '.join(said)
