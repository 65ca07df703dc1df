# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The command: measures everything, writes ``summary.json`` and the picture."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.accounts.energy import EnergyMeter
from benchmarks.side_by_side.accounts.machine import describe
from benchmarks.side_by_side.contenders.registry import CONTENDERS
from benchmarks.side_by_side.contenders.registry import CPP
from benchmarks.side_by_side.contenders.registry import SCHEDULER
from benchmarks.side_by_side.cpp.build import executable
from benchmarks.side_by_side.everything import Everything
from benchmarks.side_by_side.experiments.one_run import Bench
from benchmarks.side_by_side.faults import BenchFault
from benchmarks.side_by_side.plan import FULL
from benchmarks.side_by_side.plan import Plan
from benchmarks.side_by_side.plan import SHORT
from benchmarks.side_by_side.report.picture import draw
from benchmarks.side_by_side.report.ros2_benchmark import write_reports
from benchmarks.side_by_side.report.tables import markdown
from benchmarks.side_by_side.report.targets import targets
from benchmarks.side_by_side.rig.rig import Rig
from edge_sched_ros.cli.interrupts import terminable

EXPERIMENTS = ('loads', 'overhead', 'startup', 'frame_rates', 'growth')
_IN_PYTHON = (SCHEDULER, 'processes_free', 'processes_one', 'networks_one', 'one_process')
DEFAULT = (*_IN_PYTHON, *CPP)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, prog='side_by_side')
    parser.add_argument('--short', action='store_true', help='a reduced run, under 3 minutes')
    parser.add_argument('--real', action='store_true', help='also networks made by others')
    parser.add_argument('--policy', default='', help='of the scheduler; else its own default')
    parser.add_argument('--contenders', nargs='+', choices=CONTENDERS)
    parser.add_argument('--only', nargs='+', choices=EXPERIMENTS, default=list(EXPERIMENTS))
    parser.add_argument('--loads', nargs='+', type=float, help='instead of those of the plan')
    parser.add_argument('--repetitions', type=int, help='instead of those of the plan')
    parser.add_argument('--full-hz', type=float, help='camera rate of load 1, not measured')
    parser.add_argument('--out', type=Path, default=Path('out/bench'))
    return parser.parse_args()


def _plan(arguments: argparse.Namespace) -> Plan:
    plan = SHORT if arguments.short else FULL
    if arguments.loads:
        plan = replace(plan, loads=tuple(arguments.loads))
    if arguments.repetitions:
        plan = replace(plan, repetitions=arguments.repetitions)
    if arguments.full_hz:
        plan = replace(plan, full_hz=arguments.full_hz)
    return plan


def _teller() -> Callable[[str], None]:
    begin = time.monotonic()
    return lambda text: print(f'{time.monotonic() - begin:6.1f} s  {text}', flush=True)


def _contenders(arguments: argparse.Namespace, say: Callable[[str], None]) -> list[str]:
    """Return who is compared; those in C++ are left out where nobody has asked for them."""
    wanted = arguments.contenders or list(DEFAULT)
    if not set(CPP) & set(wanted):
        return wanted
    try:
        say('building the C++ program, if need be')
        executable()
    except BenchFault as fault:
        if arguments.contenders:
            sys.exit(f'side_by_side: {", ".join(CPP)}: {fault}')
        say(f'left out: {", ".join(CPP)}: {fault}')
        return [name for name in wanted if name not in CPP]
    return wanted


def _measure(arguments: argparse.Namespace, out: Path) -> dict[str, Any]:
    say = _teller()
    contenders = _contenders(arguments, say)
    with EnergyMeter() as energy, Rig(out / 'runs') as rig:
        machine = describe(energy.source)
        bench = Bench(_plan(arguments), rig, out / 'runs', energy)
        everything = Everything(
            bench,
            contenders=contenders,
            policy=arguments.policy,
            real=arguments.real,
            pictures_folder=out,
            say=say,
        )
        return {'machine': machine, **everything.measure(arguments.only)}


def main() -> None:
    """Run the benchmark; exits with 1 when something went wrong on the way."""
    arguments = _arguments()
    out = arguments.out.absolute()
    (out / 'runs').mkdir(parents=True, exist_ok=True)
    for old in (out / 'runs').iterdir():
        old.unlink()
    try:
        with terminable():
            summary = _measure(arguments, out)
    except KeyboardInterrupt:
        sys.exit('side_by_side: interrupted; every process was ended, nothing was written')
    summary['targets'] = [target.to_dict() for target in targets(summary)]
    (out / 'summary.json').write_text(json.dumps(summary, indent=2) + '\n')
    reports = write_reports(summary, out / 'ros2_benchmark')
    text = markdown(summary)
    (out / 'tables.md').write_text(text)
    print(f'\n{text}')
    drawn = draw(summary, out / 'side_by_side.png')
    written = [out / 'summary.json', *([out / 'side_by_side.png'] if drawn else []), *reports]
    print(', '.join(map(str, written)))
    sys.exit(1 if summary['faults'] else 0)
