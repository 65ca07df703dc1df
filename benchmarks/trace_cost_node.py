# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What ``trace_file`` costs a real node under overload: paired runs with and without it, in turns.

Answers on time are counted by the observer of ``make bench``, so both runs are counted alike. Use
a quiet machine: at 1.3 times what it can do, other programs change the result more than a trace.

Usage: dev/env.sh python benchmarks/trace_cost_node.py [--pairs N] [--seconds S]
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

# last: first, the checkout's root would shadow the installed package
sys.path[0:1] = []
sys.path.append(str(Path(__file__).resolve().parents[1]))

from benchmarks.overload_demo.main import Demo  # noqa: E402
from benchmarks.overload_demo.main import Settings  # noqa: E402
from benchmarks.side_by_side.contenders.registry import SCHEDULER  # noqa: E402
from benchmarks.side_by_side.faults import BenchFault  # noqa: E402
from benchmarks.side_by_side.rig.rig import Rig  # noqa: E402
from edge_sched_ros.cli.interrupts import terminable  # noqa: E402
from edge_sched_ros.reporting.html.figures_of_run import RunFigures  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--pairs', type=int, default=8)
    parser.add_argument('--seconds', type=float, default=12.0, help='of each run')
    parser.add_argument('--load', type=float, default=1.3, help='1: what the cores can do')
    parser.add_argument('--full-hz', type=float, help='camera rate of load 1, not measured')
    parser.add_argument('--out', type=Path, default=Path('out/trace_cost'))
    given = parser.parse_args()
    out = given.out.absolute()
    settings = Settings(given.load, given.seconds, 3, given.full_hz, out)
    (out / 'runs').mkdir(parents=True, exist_ok=True)
    try:
        with terminable(), Rig(out / 'runs') as rig:
            demo = Demo(settings, rig)
            rate_hz = demo.choose_rate()
            fewer = [_fewer(demo, rate_hz, number) for number in range(given.pairs)]
    except (BenchFault, OSError) as error:
        sys.exit(f'trace_cost_node: {error}')
    shown = ', '.join(f'{one:.1f}' for one in sorted(fewer))
    print(f'{statistics.median(fewer):.1f} % fewer answers on time with a trace (pairs: {shown})')


def _fewer(demo: Demo, rate_hz: float, number: int) -> float:
    """Return how many answers on time a trace cost, in percent of those without it."""
    found = {}
    for traced in (bool(number % 2), not number % 2):
        title = f'pair{number}_{"traced" if traced else "plain"}'
        run, _, _ = demo.play(SCHEDULER, title, rate_hz, traced=traced)
        figures = RunFigures(run)
        found[traced] = figures.on_time
        print(f'{title}: {figures.on_time} of {figures.ended} on time', flush=True)
    return 100 * (1 - found[True] / found[False]) if found[False] else 0.0


if __name__ == '__main__':
    main()
