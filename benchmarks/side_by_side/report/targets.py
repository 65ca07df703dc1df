# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The figures that were asked for, and whether they were reached."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.side_by_side.contenders.cpp_edf import CppEdf
from benchmarks.side_by_side.contenders.cpp_networks import CppNetworks
from benchmarks.side_by_side.contenders.registry import CPP

_COMPARE: dict[str, Callable[[float, float], bool]] = {'>=': operator.ge, '<=': operator.le}

#: whom to compare with: title, name of the contender (empty: the best of Python), ratio by load
_OVER: tuple[tuple[str, str, dict[str, float]], ...] = (
    ('a C++ node with EDF and early drop', CppEdf.name, {'0.8': 1.0, '1': 1.0, '1.3': 1.0}),
    ('a C++ process per network', CppNetworks.name, {'1': 1.2, '1.3': 1.35}),
    ('the best Python baseline', '', {'1': 3.0, '1.3': 3.0, '1.6': 1.8, '2': 1.8}),
)


@dataclass(frozen=True, slots=True)
class Target:
    """
    One figure that was asked for.

    :param how: ``>=`` or ``<=``
    :param measured: ``None`` when it was not
    """

    what: str
    how: str
    wanted: float
    measured: float | None

    @property
    def met(self) -> bool | None:
        """Whether it was reached; ``None`` when it was not measured."""
        if self.measured is None:
            return None
        return _COMPARE[self.how](self.measured, self.wanted)

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            'what': self.what,
            'wanted': f'{self.how} {self.wanted:g}',
            'measured': self.measured,
            'met': self.met,
        }


def targets(summary: dict[str, Any]) -> list[Target]:
    """Return every target with what was measured."""
    return [*_of_loads(summary), *_of_node(summary)]


def _of_loads(summary: dict[str, Any]) -> list[Target]:
    found = [
        Target(f'on time at {load}x over {title}', '>=', wanted, _over(summary, load, of))
        for title, of, wanted_at in _OVER
        for load, wanted in wanted_at.items()
    ]
    found.append(
        Target(
            'misses at 1.3x over the least of a Python baseline',
            '<=',
            0.25,
            _over_least(summary, '1.3', 'miss_ratio'),
        )
    )
    miss = look(summary, 'loads', '0.8', 'scheduler', 'miss_ratio')
    found.append(Target('on time at 0.8x', '>=', 0.99, None if miss is None else 1 - miss))
    found.append(
        Target(
            'p99 at 0.5x over the least of a Python baseline',
            '<=',
            1.0,
            _over_least(summary, '0.5', 'p99_ms'),
        )
    )
    shares = [
        look(summary, 'loads', load, 'scheduler', 'least_share_of_mean')
        for load in summary.get('loads', {})
        if float(load) <= 1.3
    ]
    known = [share for share in shares if share is not None]
    least = min(known) if known else None
    found.append(Target('least on-time share over the mean, up to 1.3x', '>=', 0.5, least))
    return found


def _over(summary: dict[str, Any], load: str, name: str) -> float | None:
    """Return on-time answers over those of a contender; of the best in Python if without name."""
    ratios = look(summary, 'loads', load, 'ratios')
    name = name or look(ratios, 'best_in_python') or ''
    found: float | None = look(ratios, 'each', name, 'on_time_per_s', 'mean')
    return found


def _of_node(summary: dict[str, Any]) -> list[Target]:
    resident = [
        look(summary, 'loads', load, 'scheduler', 'rss_mb') for load in summary.get('loads', {})
    ]
    known = [size for size in resident if size is not None]
    overhead, growth = summary.get('overhead'), summary.get('growth')
    saturation = look(summary, 'saturation_ratio_to_bare_loop')
    over_cpp = look(summary, 'saturation_ratio_to_bare_cpp_loop')
    rows: list[tuple[str, str, float, float | None]] = [
        ('throughput over the bare loop', '>=', 0.95, saturation),
        ('throughput over the bare C++ loop', '>=', 0.90, over_cpp),
        ('added latency, median ms', '<=', 0.25, look(overhead, 'median_ms')),
        ('added latency, p99 ms', '<=', 1.5, look(overhead, 'p99_ms')),
        ('added CPU, ms a frame', '<=', 0.3, look(overhead, 'cpu_ms_per_frame')),
        ('start to first answer, s', '<=', 1.0, look(summary, 'startup_s')),
        ('resident memory, MB', '<=', 200.0, max(known) if known else None),
        ('CPU per job, 1 to 16 tasks', '<=', 1.2, look(growth, 'largest_to_smallest')),
    ]
    return [Target(*row) for row in rows]


def look(data: Any, *keys: str) -> Any:
    """Return what lies at a path of keys; ``None`` where it ends early."""
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _over_least(summary: dict[str, Any], load: str, key: str) -> float | None:
    """Return the scheduler's figure over the least of any baseline in Python."""
    ours = look(summary, 'loads', load, 'scheduler', key)
    baselines = look(summary, 'loads', load, 'baselines') or {}
    in_python = [own for name, own in baselines.items() if name not in CPP]
    theirs = [own[key] for own in in_python if own[key] is not None]
    if ours is None or not theirs or not min(theirs):
        return None
    return float(ours / min(theirs))
