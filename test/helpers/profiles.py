# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Targets of the profiler on clocks of their own, and a profile as its file holds it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.profiling.target import Target
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system_file import SystemFile

#: (stage, unit, items) -> ms
Cost = Callable[[str, str, int], float]


def units(*names: str) -> tuple[LocalUnit, ...]:
    """Return units no thread is pinned to."""
    return tuple(LocalUnit(Unit(name, name.rstrip('0123456789'))) for name in names)


class Clock:
    """Goes on only when told to."""

    def __init__(self) -> None:
        self.now_ns = 0

    def __call__(self) -> int:
        """Return the time."""
        return self.now_ns

    def spend(self, ms: float) -> None:
        """Let time go by."""
        self.now_ns += round(ms * 1e6)


class ThreadClocks:
    """A clock for each thread, for what runs side by side."""

    def __init__(self) -> None:
        self._local = threading.local()

    def __call__(self) -> int:
        """Return the time of the calling thread."""
        return getattr(self._local, 'now_ns', 0)

    def spend(self, ms: float) -> None:
        """Let time go by on the calling thread."""
        self._local.now_ns = self() + round(ms * 1e6)


class Costed:
    """A program whose stages take the time they are told to; fails at a run, if it is told to."""

    output = 'none'

    def __init__(
        self,
        stages: tuple[str, ...],
        cost: Cost,
        spend: Callable[[float], None],
        *,
        fail_at: int = 0,
        stateful: bool = False,
    ) -> None:
        self.stages, self.stateful = stages, stateful
        self._cost, self._spend, self._fail_at = cost, spend, fail_at
        self.log: list[tuple[str, str, str, int]] = []
        self.resets = 0

    def run(self, stage: str, context: JobContext) -> int:
        """Take the time."""
        self.log.append((stage, context.unit, context.variant, context.items))
        if len(self.log) == self._fail_at:
            raise RuntimeError('the power went off')
        self._spend(self._cost(stage, context.unit, context.items))
        return 0

    def set_option(self, name: str, value: float | None) -> None:
        """Have no settings."""

    def reset(self) -> None:
        """Count it."""
        self.resets += 1

    def close(self) -> None:
        """Hold nothing."""


def target(
    program: Costed,
    on: dict[str, tuple[LocalUnit, ...]],
    *,
    file: Path,
    network: str = 'net',
    **more: Any,
) -> Target:
    """Return a target with sensible settings."""
    return Target(
        network=network,
        variant=more.pop('variant', 'base'),
        file=file,
        program=program,
        units=on,
        context=lambda items: JobContext(0, network, None, items=items),
        **more,
    )


def cost(latency_ms: float = 2.0, *, level: float = 0.95, **more: Any) -> dict[str, Any]:
    """Return the measured cost of a stage on a unit."""
    measured = {
        'p95_ms': 2 * latency_ms,
        'p99_ms': 3 * latency_ms,
        'mean_ms': 1.1 * latency_ms,
        'half_width_ms': 0.01 * latency_ms,
        'level': level,
        'runs': 100,
    }
    return {'latency_ms': latency_ms, 'measured': measured, **more}


def stages(**costs: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return stages of a variant: name -> unit -> cost."""
    return [{'name': name, 'cost': on} for name, on in costs.items()]


def cost_of(data: dict[str, Any], stage: str, unit: str) -> dict[str, Any]:
    """Return a cost of the only network of a profile's data, to be changed."""
    variant = data['networks']['net']['variants']['base']
    return next(one['cost'][unit] for one in variant['stages'] if one['name'] == stage)


def measured_on(**more: Any) -> dict[str, Any]:
    """Return which computer was measured."""
    return {
        'machine': {'model': 'Board', 'cpu': 'Core', 'cores': 2, 'os': 'Linux'},
        'versions': {'onnxruntime': '1.2.3', 'python': '3.11.7'},
        'power_mode': 'MAXN',
        'date': '2026-01-31T12:00:00+00:00',
        **more,
    }


def profile_data(**more: Any) -> dict[str, Any]:
    """Return a small profile as its file holds it."""
    own = stages(
        preprocess={'cpu0': cost(0.5), 'cpu1': cost(0.6)},
        infer={
            'cpu0': cost(4.0, memory_mib=8.0),
            'cpu1': cost(5.0, memory_mib=8.0),
            'gpu0': cost(1.0, memory_mib=40.0),
        },
        postprocess={'cpu0': cost(0.25), 'cpu1': cost(0.25)},
    )
    return {
        'format': 1,
        'measured': measured_on(),
        'units': {'cpu0': {'kind': 'cpu'}, 'cpu1': {'kind': 'cpu'}, 'gpu0': {'kind': 'gpu'}},
        'networks': {'net': {'variants': {'base': {'stages': own}}}},
        **more,
    }


def profile(data: dict[str, Any] | None = None, **more: Any) -> SystemFile:
    """Return a small profile, or that of some data."""
    return parse_system(('p.yaml', profile_data(**more) if data is None else data))
