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

import numpy as np

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.fleet.device.networks import Served
from edge_sched_ros.fleet.device.work import Runnable
from edge_sched_ros.fleet.device.work import Runner
from edge_sched_ros.fleet.device.work import Work
from edge_sched_ros.fleet.device.work import WorkEnd
from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.reports import StageRun

_log = logging.getLogger(__name__)

_RUNS = 4
#: how long one run may take
_PATIENCE_S = 60.0
_SIZE = (640, 480)


def measure_missing(networks: Mapping[str, Served], runner: Runner) -> None:
    """
    Enter the costs of segments that have none on some unit.

    :param runner: not started; it is stopped again afterwards
    """
    wanted = {name: one for name, one in networks.items() if _is_missing(one)}
    if not wanted:
        return
    kinds = {unit.name: unit.kind for unit in runner.units}
    ends = _Ends()
    runner.start(ends)
    try:
        for name, served in wanted.items():
            _measure(name, served, runner, kinds, ends)
            served.forget_sample()
    finally:
        runner.stop()


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
) -> None:
    found: dict[str, dict[str, list[int]]] = {}
    for forced in _ways(served, kinds):
        for run in range(_RUNS):
            stages = _run_once(name, served, runner, forced, ends)
            if not stages:
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
) -> tuple[StageRun, ...]:
    graph = served.form.graph
    width, height = _SIZE
    pixels = np.full(width * height * 3, 114, np.uint8)
    image = SourceImage.from_raw(
        pixels, width=width, height=height, encoding='bgr8', step=3 * width
    )
    work = Work(
        job=0,
        partition='',
        runnable=Runnable(
            'measuring', name, tuple(one.name for one in graph.segments), tuple(forced.items())
        ),
        frame=FrameKey('', 0),
        deadline_ns=time.monotonic_ns() + 3600 * 10**9,
        priority=0,
        tensors=served.sample(Frame('', 0, 0, '', image)),
        keep=frozenset(graph.outputs),
    )
    try:
        runner.submit(work)
    except ConfigError as error:
        _log.warning('%s: cannot be measured: %s', name, error)
        return ()
    end = ends.wait()
    if end is None or end.reason:
        _log.warning('%s: a run to measure failed: %s', name, end.reason if end else 'no end')
        return ()
    return end.stages
