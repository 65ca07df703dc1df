# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All contenders at all loads, again and again, in an order that rotates."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import field
from functools import partial
from pathlib import Path

from benchmarks.side_by_side.analysis.figures import Run
from benchmarks.side_by_side.bare.measure import BareLoops
from benchmarks.side_by_side.bare.measure import Capacity
from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.registry import CONTENDERS
from benchmarks.side_by_side.contenders.registry import CPP
from benchmarks.side_by_side.cpp.spec_file import write_spec
from benchmarks.side_by_side.experiments.one_run import Bench
from benchmarks.side_by_side.experiments.one_run import one_run
from benchmarks.side_by_side.experiments.started import Started
from benchmarks.side_by_side.faults import BenchFault

#: a contender that fails more often than this is given up
_MOST_RESTARTS = 3


@dataclass(slots=True)
class Loads:
    """
    What came of it.

    :param rate_hz: of each camera, by load
    :param runs: (load, contender) -> repetition -> run
    :param bare: the bare loop before all, in every repetition, and after all
    :param bare_threads: the same loop in the threads of one process
    :param bare_cpp: the same work in C++, as often as ``bare``; empty without a C++ contender
    """

    contenders: list[str]
    rate_hz: dict[float, float] = field(default_factory=dict)
    runs: dict[tuple[float, str], dict[int, Run]] = field(default_factory=dict)
    bare: list[Capacity] = field(default_factory=list)
    bare_threads: Capacity | None = None
    bare_cpp: list[Capacity] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def paired(self, load: float, one: str, other: str) -> list[tuple[Run, Run]]:
        """Return the runs of two contenders of the repetitions in which both succeeded."""
        ours, theirs = self.runs.get((load, one), {}), self.runs.get((load, other), {})
        return [(ours[n], theirs[n]) for n in sorted(ours) if n in theirs]


def rotated(names: list[str], turn: int) -> list[str]:
    """Return the order of a turn: every contender is first in turn, every second one backwards."""
    first = turn % len(names)
    order = names[first:] + names[:first]
    return order[::-1] if turn // len(names) % 2 else order


class LoadsExperiment:
    """
    Contenders that stay up all the time; one of them at a time gets frames.

    :param order: what every contender is to run; its rate is set here
    """

    def __init__(
        self,
        bench: Bench,
        order: Order,
        pictures: Path,
        contenders: list[str],
        say: Callable[[str], None],
    ) -> None:
        self._bench, self._order, self._pictures = bench, order, pictures
        self._say = say
        self._up: dict[str, Started] = {}
        self._restarts = dict.fromkeys(contenders, 0)
        self.found = Loads(contenders)

    def run(self) -> Loads:
        """Measure everything."""
        with ExitStack() as closed_last:
            bare = self._bare_loops()
            closed_last.callback(bare.close)
            self._set_rates(bare)
            bare_cpp = self._bare_cpp_loops()
            if bare_cpp is not None:
                closed_last.callback(bare_cpp.close)
                self.found.bare_cpp.append(bare_cpp.capacity(self._bench.plan.bare_s))
            closed_last.callback(self._stop_all)
            self._start_all()
            for repetition in range(self._bench.plan.repetitions):
                self._repeat(repetition)
                self.found.bare.append(bare.capacity(self._bench.plan.bare_s))
                if bare_cpp is not None:
                    self.found.bare_cpp.append(bare_cpp.capacity(self._bench.plan.bare_s))
        return self.found

    def _bare_loops(self, *, in_threads: bool = False, spec: Path | None = None) -> BareLoops:
        return BareLoops(
            workload_file=self._order.workload_file,
            pictures=self._pictures,
            folder=self._bench.folder,
            in_threads=in_threads,
            spec=spec,
        )

    def _bare_cpp_loops(self) -> BareLoops | None:
        """Return the loops in C++; ``None`` without a C++ contender, or where they fail."""
        if not set(CPP) & set(self.found.contenders):
            return None
        file = self._bench.folder / f'bare_cpp_{self._order.workload.name}.txt'
        try:
            return self._bare_loops(
                spec=write_spec(self._order.workload, self._order.rate_hz, file)
            )
        except BenchFault as fault:
            self.found.faults.append(f'bare C++ loop: {fault}')
            return None

    def _set_rates(self, bare: BareLoops) -> None:
        """Measure what the cores can do: load 1 asks for just that."""
        found = [bare.capacity(self._bench.plan.bare_s) for _ in range(3)]
        self.found.bare.append(sorted(found, key=lambda capacity: capacity.frames_per_s)[1])
        full_hz = self._bench.plan.full_hz
        if full_hz is None:
            full_hz = self.found.bare[0].frames_per_s / self._order.workload.cameras
        self.found.rate_hz = {load: load * full_hz for load in self._bench.plan.loads}
        self._say(f'bare loop: {self.found.bare[0].answers_per_s:.0f} answers/s, {full_hz:.1f} Hz')
        self.found.bare_threads = self._threads_capacity()

    def _threads_capacity(self) -> Capacity:
        loops = self._bare_loops(in_threads=True)
        try:
            return loops.capacity(self._bench.plan.bare_s)
        finally:
            loops.close()

    def _start_all(self) -> None:
        for name in self.found.contenders:
            self._say(f'starting {name}')
            self._try(name, 'start', partial(self._start, name))

    def _start(self, name: str) -> None:
        started = Started(
            CONTENDERS[name], self._order, rig=self._bench.rig, pictures=self._pictures
        )
        self._up[name] = started
        started.wait_for_answers()

    def _repeat(self, repetition: int) -> None:
        for number, load in enumerate(self.found.rate_hz):
            for name in rotated(self.found.contenders, repetition + number):
                if name in self._up:
                    what = f'repetition {repetition + 1}, load {load}'
                    self._try(name, what, partial(self._one, name, load, repetition))

    def _one(self, name: str, load: float, repetition: int) -> None:
        rate_hz = self.found.rate_hz[load]
        idle = [other for other in self._up.values() if other is not self._up[name]]
        run = one_run(self._bench, self._up[name], self._pictures, rate_hz, idle)
        self.found.runs.setdefault((load, name), {})[repetition] = run
        self._say(
            f'{repetition + 1}: load {load:3.1f} {name:15} {run.on_time_per_s:6.1f} on time/s, '
            f'{100 * run.miss_ratio:5.1f} % missed'
        )

    def _try(self, name: str, what: str, work: Callable[[], None]) -> None:
        """Do something with a contender; note what goes wrong and start it anew."""
        try:
            work()
        except BenchFault as fault:
            self.found.faults.append(f'{name}, {what}: {fault}')
            self._say(f'FAULT {self.found.faults[-1]}')
            self._restart(name)

    def _restart(self, name: str) -> None:
        if name in self._up:
            self._up.pop(name).close()
        self._restarts[name] += 1
        if self._restarts[name] > _MOST_RESTARTS:
            self.found.faults.append(f'{name}: given up')
            return
        self._try(name, 'restart', partial(self._start, name))

    def _stop_all(self) -> None:
        for name, started in list(self._up.items()):
            del self._up[name]
            try:
                started.stop()
            except BenchFault as fault:
                self.found.faults.append(f'{name}, stop: {fault}')
