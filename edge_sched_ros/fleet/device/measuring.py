# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Costs of segments that no profile has, measured before the device offers them.

A few runs of each network on one unit of each kind: what is offered is corrected by what runs
anyway, but what has no cost at all cannot be offered.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.fleet.device.networks import Served
from edge_sched_ros.fleet.device.work import Runnable
from edge_sched_ros.fleet.device.work import Runner
from edge_sched_ros.fleet.device.work import Work
from edge_sched_ros.fleet.device.work import WorkEnd
from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.reports import StageRun
from edge_sched_ros.profiling.picture import coloured_blocks

_log = logging.getLogger(__name__)

_RUNS = 4
#: how long one run may take
_PATIENCE_S = 60.0


def measure_missing(networks: Mapping[str, Served], runner: Runner) -> tuple[str, ...]:
    """
    Enter the costs of segments that have none on some unit; return what failed, a line each.

    :param runner: not started; it is stopped again afterwards
    """
    wanted = {name: one for name, one in networks.items() if _is_missing(one)}
    if not wanted:
        return ()
    kinds = {unit.name: unit.kind for unit in runner.units}
    ends, failed = _Ends(), dict[str, None]()
    runner.start(ends)
    try:
        for name, served in wanted.items():
            for why in _measure(name, served, runner, kinds, ends):
                failed[f'{name} cannot be measured: {why}'] = None
            served.forget_sample()
    finally:
        runner.stop()
    return tuple(failed)


def _is_missing(served: Served) -> bool:
    return any(
        unit not in served.costs_ns.get(segment, {})
        for segment, units in served.units.items()
        for unit in units
    )


class _Ends:
    """Waits for the end of one work at a time."""

    def __init__(self) -> None:
        self._ended = threading.Semaphore(0)
        self._last: WorkEnd | None = None

    def __call__(self, end: WorkEnd) -> None:
        self._last = end
        self._ended.release()

    def wait(self) -> WorkEnd | None:
        """Return the end, or ``None`` when it does not come."""
        return self._last if self._ended.acquire(timeout=_PATIENCE_S) else None


def _measure(
    name: str, served: Served, runner: Runner, kinds: Mapping[str, str], ends: _Ends
) -> list[str]:
    """Enter the costs of one network; return why runs failed."""
    found: dict[str, dict[str, list[int]]] = {}
    failed: list[str] = []
    for forced in _ways(served, kinds):
        for run in range(_RUNS):
            stages, why = _run_once(name, served, runner, forced, ends)
            if why:
                failed.append(why)
                break
            if run == 0:
                continue  # libraries put much off until first use
            for stage in stages:
                on = found.setdefault(stage.segment, {})
                on.setdefault(stage.unit, []).append(stage.finished_ns - stage.started_ns)
    costs: dict[str, dict[str, int]] = {}
    for segment, units in served.units.items():
        known = dict(served.costs_ns.get(segment, {}))
        seen = {u: min(ns) for u, ns in found.get(segment, {}).items()}
        by_kind = {kinds[unit]: cost_ns for unit, cost_ns in seen.items()}
        for unit in units:
            if unit not in known and kinds[unit] in by_kind:
                known[unit] = by_kind[kinds[unit]]
        costs[segment] = known
    served.costs_ns = costs
    text = ', '.join(
        f'{segment} {min(on.values()) / 1e6:.2f} ms' for segment, on in costs.items() if on
    )
    _log.info('%s: measured %s', name, text or 'nothing')
    return failed


def _ways(served: Served, kinds: Mapping[str, str]) -> list[dict[str, str]]:
    """Return segment -> unit, so that every segment runs on one unit of each of its kinds."""
    of_kind = {
        segment: {kinds[unit]: unit for unit in reversed(units)}
        for segment, units in served.units.items()
    }
    every = dict.fromkeys(kind for units in of_kind.values() for kind in units)
    return [
        {
            segment: units.get(kind) or next(iter(units.values()))
            for segment, units in of_kind.items()
        }
        for kind in every
    ]


def _run_once(
    name: str, served: Served, runner: Runner, forced: Mapping[str, str], ends: _Ends
) -> tuple[tuple[StageRun, ...], str]:
    """Return its stages, or why it failed."""
    graph = served.form.graph
    work = Work(
        job=0,
        partition='',
        runnable=Runnable(
            'measuring', name, tuple(one.name for one in graph.segments), tuple(forced.items())
        ),
        frame=FrameKey('', 0),
        deadline_ns=time.monotonic_ns() + 3600 * 10**9,
        priority=0,
        tensors=served.sample(coloured_blocks()),
        keep=frozenset(graph.outputs),
    )
    try:
        runner.submit(work)
    except ConfigError as error:
        return (), str(error)
    end = ends.wait()
    if end is None or end.reason:
        return (), end.reason if end else f'no end after {_PATIENCE_S:.0f} s'
    return end.stages, ''
