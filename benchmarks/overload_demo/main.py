# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Three cameras at 1.3 times what the machine can do: nodes per network, then the scheduler."""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.overload_demo.judged import clock_offset_ns
from benchmarks.overload_demo.judged import empty_run
from benchmarks.overload_demo.judged import judge
from benchmarks.overload_demo.moment import Moments
from benchmarks.side_by_side.analysis.outcomes import Heard
from benchmarks.side_by_side.analysis.outcomes import Sent
from benchmarks.side_by_side.bare.measure import BareLoops
from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.registry import CONTENDERS
from benchmarks.side_by_side.contenders.registry import SCHEDULER
from benchmarks.side_by_side.experiments.started import Started
from benchmarks.side_by_side.faults import BenchFault
from benchmarks.side_by_side.pictures import picture_file
from benchmarks.side_by_side.rig.rig import Rig
from benchmarks.side_by_side.workload import bundled
from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.installation.missing import MissingLibraryError
from edge_sched_ros.installation.missing import need
from edge_sched_ros.reporting.html.figures_of_run import RunFigures
from edge_sched_ros.reporting.html.figures_of_run import verdict
from edge_sched_ros.reporting.html.figures_of_run import verdict_of_all
from edge_sched_ros.reporting.html.page import report
from edge_sched_ros.reporting.html.pictures import ShownPicture
from edge_sched_ros.tracing.run import read_run
from edge_sched_ros.tracing.run import RecordedRun

_BASELINE = 'networks_one'
#: titles in the report
_TITLES = {_BASELINE: 'one_node_per_network', SCHEDULER: 'edge_sched_ros'}
#: part of a run that does not count, at its begin
_WARM_UP = 0.1
_BARE_S = 1.0
_TOP_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Settings:
    """
    What is shown.

    :param full_hz: camera rate of load 1; ``None``: measured
    """

    load: float
    seconds: float
    cameras: int
    full_hz: float | None
    out: Path


def _arguments() -> Settings:
    parser = argparse.ArgumentParser(description=__doc__, prog='overload_demo')
    parser.add_argument('--load', type=float, default=1.3, help='1: what the cores can do')
    parser.add_argument('--seconds', type=float, default=12.0, help='of each of the two runs')
    parser.add_argument('--cameras', type=int, default=3, choices=(1, 2, 3))
    parser.add_argument('--full-hz', type=float, help='camera rate of load 1, not measured')
    parser.add_argument('--out', type=Path, default=Path('out/overload'))
    given = parser.parse_args()
    for name in ('load', 'seconds', 'full_hz'):
        value = getattr(given, name)
        if value is not None and not 0 < value < 1e4:
            parser.error(f'--{name.replace("_", "-")} must be above 0 and below 10000')
    return Settings(given.load, given.seconds, given.cameras, given.full_hz, given.out.absolute())


class Demo:
    """Both runs, one after another, on the same frames."""

    def __init__(self, settings: Settings, rig: Rig) -> None:
        self._settings, self._rig = settings, rig
        self._folder = settings.out / 'runs'
        self._workload = bundled(cameras=settings.cameras)
        file = self._folder / 'workload.json'
        self._workload.save(file)
        self._pictures = picture_file(settings.out, self._workload.name, _say)
        self._order = Order(self._workload, file, self._folder, 1.0, [])
        pictures = np.load(self._pictures, mmap_mode='r')
        self._moments = Moments(self._workload, np.asarray(pictures[0]))

    def show(self) -> tuple[list[RecordedRun], dict[str, list[ShownPicture]]]:
        """Return both runs, and the pictures of each by its title."""
        rate_hz = self.choose_rate()
        runs, pictures = [], {}
        for name, title in _TITLES.items():
            run, pictures[title] = self._one(name, title, rate_hz)
            runs.append(run)
            _say(f'{title}: {verdict(RunFigures(run))}')
        return runs, pictures

    def choose_rate(self) -> float:
        """Return the rate of the cameras in all runs, in Hz; measured unless it was given."""
        full_hz = self._settings.full_hz or self._measured_hz()
        rate_hz = self._settings.load * full_hz
        self._order = replace(self._order, rate_hz=rate_hz)
        demand = f'{self._settings.load:g} times what this machine can do'
        _say(f'cameras at {rate_hz:.1f} Hz ({self._settings.cameras}): {demand}')
        return rate_hz

    def _measured_hz(self) -> float:
        _say('measuring what the cores can do ...')
        loops = BareLoops(
            workload_file=self._order.workload_file, pictures=self._pictures, folder=self._folder
        )
        try:
            # the most: whatever else runs meanwhile only makes it less
            most = max(loops.capacity(_BARE_S).frames_per_s for _ in range(3))
        finally:
            loops.close()
        return most / self._workload.cameras

    def _one(
        self, name: str, title: str, rate_hz: float
    ) -> tuple[RecordedRun, list[ShownPicture]]:
        run, sent, heard = self.play(name, title, rate_hz, traced=name == SCHEDULER)
        frame = len(sent.stamps[0]) // 2
        return run, self._moments.pictures(sent, heard, frame=frame, rate_hz=rate_hz)

    def play(
        self, name: str, title: str, rate_hz: float, *, traced: bool
    ) -> tuple[RecordedRun, Sent, Heard]:
        """
        Return one run as the observer saw it, what was sent, and what was heard.

        :param traced: whether the node writes a trace, which the run then has stages from
        """
        trace = self._folder / f'{title}.trace'
        order = self._order
        if traced:
            order = replace(order, ros_arguments=['-p', f'trace_file:={trace}'])
        _say(f'starting {title} ...')
        started = Started(CONTENDERS[name], order, rig=self._rig, pictures=self._pictures)
        try:
            started.wait_for_answers()
            place = started.place
            if traced and sys.stdout.isatty():
                where = ' '.join(f'{key}={value}' for key, value in place.variables.items())
                _say(f'to watch it, in a second terminal: {where} dev/env.sh edge-sched top')
            place.record()
            sent = place.play(self._pictures, rate_hz, self._settings.seconds)
            offset_ns = clock_offset_ns()
            place.wait_until_quiet()
            started.check()
            heard = place.heard()
            place.rest()
        except BaseException:
            started.close()
            raise
        started.stop()
        run = read_run(trace) if traced else empty_run(trace, self._workload, rate_hz)
        frames = len(sent.stamps[0])
        judge(
            run,
            self._workload,
            sent,
            heard,
            rate_hz=rate_hz,
            first=round(_WARM_UP * frames),
            offset_ns=offset_ns,
        )
        return run, sent, heard


def _say(text: str) -> None:
    print(text, flush=True)


def _top(summary: Path) -> None:
    """Print the table of edge-sched top over the run that has ended."""
    command = [sys.executable, '-m', 'edge_sched_ros.cli.main', 'top']
    try:
        subprocess.run([*command, str(summary), '--once'], check=False, timeout=_TOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        _say(f'edge-sched top said nothing in {_TOP_TIMEOUT_S:.0f} s')


def main() -> None:
    """Show it; exits with 1 when something went wrong on the way."""
    settings = _arguments()
    folder = settings.out / 'runs'
    try:
        need('bokeh')
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        with terminable(), Rig(folder) as rig:
            runs, pictures = Demo(settings, rig).show()
        page = settings.out / 'report.html'
        page.write_text(report(runs, pictures))
    except KeyboardInterrupt:
        sys.exit('overload_demo: interrupted; every process was ended')
    except (BenchFault, MissingLibraryError, OSError) as error:
        sys.exit(f'overload_demo: {error}')
    if sys.stdout.isatty():
        _top(next(folder.glob('*.summary.json')))
    _say(verdict_of_all({run.name: RunFigures(run) for run in runs}))
    _say(f'the report is in {page}')
