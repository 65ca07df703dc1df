# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The simulator against plain simpy: ``dev/env.sh python benchmarks/simpy_fcfs.py [--json]``.

Both simulate the same systems, first come first served: tasks of three stages, frames with the
same jitter, the same latencies (drawn by the same functions), one frame waiting per task, of which
the newest wins, and an account of what was on time, late and dropped, of stages and of busy units.
Every job must end the same in both, to the nanosecond. Runs alternate; the ratio of CPU time is
the median over the pairs.

The simpy models are what its documentation teaches: a process per stream and per job, interrupts
for superseded frames, a ``PriorityResource`` per pool of equal units; for unequal units, where a
job takes the fastest that is idle, a ``FilterStore`` of them ("machine shop") whose claims are
served in order of release. They know first come first served on units that do not disturb each
other and nothing else: no policies, no learning of costs, no energy, no log of decisions.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import simpy
from simpy.resources.resource import SortedQueue
from simpy.resources.store import StoreGet

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.events import Event
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.simulation.execution_model import ExecutionModel
from edge_sched_ros.simulation.simulator import NS_PER_S
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.simulation.sources import Source
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

#: (task, frame) -> response in nanoseconds, -1 when it was dropped
Ends = dict[tuple[str, int], int]


def make_system(tasks: int, units: int, load: float, cv: float, slower: float = 1.0) -> System:
    """
    Return tasks of mixed rates; half of the units infer, the others do what is before and after.

    :param cv: spread of latencies
    :param slower: how much slower each unit that infers is than the one before
    """
    able = units - units // 2
    platform = {f'cpu{n}': {'kind': 'cpu'} for n in range(units // 2)}
    platform.update({f'dla{n}': {'kind': 'dla'} for n in range(able)})
    rate = sum(slower**-n for n in range(able))
    workload: dict[str, Any] = {'name': 'fcfs', 'tasks': {}, 'networks': {}}
    for n in range(tasks):
        period_ms = 20.0 * 3.1 ** (n / tasks)
        work_ms = load * period_ms / tasks
        # of no simple relation, or stages end at the same nanosecond, which both order their way
        costs = {
            'preprocess': {'cpu': 0.617 * work_ms * (units // 2)},
            'infer': {f'dla{n}': work_ms * rate * slower**n for n in range(able)},
            'postprocess': {'cpu': 0.371 * work_ms * (units // 2)},
        }
        workload['networks'][f'n{n}'] = {
            'stages': [{'name': name, 'cost': cost} for name, cost in costs.items()]
        }
        workload['tasks'][f't{n}'] = {
            'network': f'n{n}', 'period_ms': period_ms, 'jitter_ms': 0.5, 'max_in_flight': 100,
        }  # fmt: skip
    return System(
        SystemFile.model_validate(workload),
        SystemFile.model_validate({'name': 'bench', 'units': platform, 'latency_cv': cv}),
    )


# --- simpy --------------------------------------------------------------------------------


@dataclass(slots=True)
class Account:
    """What came of a task, and what its frames share."""

    spec: TaskSpec
    on_time: int = 0
    late: int = 0
    dropped: int = 0
    responses: list[int] = field(default_factory=list)
    #: the newest frame that was answered
    answered: int = -1
    #: processes of frames none of whose stages has started, oldest first
    waiting: list[simpy.Process] = field(default_factory=list)


class EqualUnits:
    """First come, first served, on pools of equal units."""

    def __init__(self, system: System, seed: int) -> None:
        self.env = simpy.Environment()
        self.system = system
        self.seed = seed
        self.model = ExecutionModel(system, seed)
        self.accounts = {spec.name: Account(spec) for spec in system.tasks}
        self.busy_ns = {unit.name: 0 for unit in system.units}
        self.ends: Ends = {}
        self.jobs = 0
        kinds = [unit.kind for unit in system.units]
        self.kind_of = {unit.name: unit.kind for unit in system.units}
        self.free = {
            kind: [unit.name for unit in system.units if unit.kind == kind] for kind in set(kinds)
        }
        self.pools = {
            kind: simpy.PriorityResource(self.env, capacity=len(names))
            for kind, names in self.free.items()
        }

    def run(self, seconds: float) -> None:
        """Let frames come for that long, then finish what is in flight."""
        for spec in self.system.tasks:
            source = Source(spec.stream, self.system.streams[spec.stream], self.seed)
            self.env.process(self.frames(source, self.accounts[spec.name], seconds * NS_PER_S))
        self.env.run()

    def frames(self, source: Source, account: Account, end_ns: float) -> Iterator[Any]:
        """Release a job for every frame of a stream."""
        env = self.env
        while (due_ns := max(env.now, source.next_ns())) < end_ns:
            yield env.timeout(due_ns - env.now)
            job = env.process(self.job(account, source.take(), self.jobs))
            self.jobs += 1
            account.waiting.append(job)
            if len(account.waiting) > account.spec.queue_depth:
                account.waiting.pop(0).interrupt()

    def job(self, account: Account, seq: int, number: int) -> Iterator[Any]:
        """Take one frame through its stages, unless a newer one comes before the first."""
        env, spec = self.env, account.spec
        release_ns = env.now
        timings = []
        try:
            for index, stage in enumerate(spec.variants[0].stages):
                ready_ns = env.now
                kind = self.kind_of[stage.units[0]]
                with self.pools[kind].request(priority=(release_ns, number)) as turn:
                    yield turn
                    unit = self.free[kind].pop()
                    if not index:
                        account.waiting.remove(env.active_process)
                    started_ns = env.now
                    yield env.timeout(self.work_ns(spec, stage, unit, seq, index))
                    self.free[kind].append(unit)
                self.busy_ns[unit] += env.now - started_ns
                timings.append((stage.name, unit, ready_ns, started_ns, env.now))
                if seq < account.answered:
                    self.drop(account, seq)
                    return
        except simpy.Interrupt:
            self.drop(account, seq)
        else:
            self.answer(account, seq, env.now - release_ns)

    def work_ns(self, spec: TaskSpec, stage: StageSpec, unit: str, seq: int, index: int) -> int:
        """Return what a stage takes."""
        cost = self.system.costs[(spec.name, 'base', stage.name, unit)]
        return round(self.model.work_ns(cost, 1, spec.name, seq, index))

    def drop(self, account: Account, seq: int) -> None:
        """Count a frame without an answer."""
        account.dropped += 1
        self.ends[(account.spec.name, seq)] = -1

    def answer(self, account: Account, seq: int, response_ns: int) -> None:
        """Count a frame with its answer."""
        account.answered = seq
        account.responses.append(response_ns)
        if response_ns <= account.spec.deadline_ns:
            account.on_time += 1
        else:
            account.late += 1
        self.ends[(account.spec.name, seq)] = response_ns


class Claim(StoreGet):
    """A job's wish for a unit; the lowest key is served first."""

    def __init__(self, store: UnitStore, costs: dict[str, int], key: tuple[int, int]) -> None:
        self.costs = costs
        self.key = key
        super().__init__(store)


class UnitStore(simpy.FilterStore):
    """Idle units; a claim gets the one that costs it least."""

    GetQueue = SortedQueue

    def _do_get(self, claim: Claim) -> bool:  # type: ignore[override]
        able = [unit for unit in self.items if unit in claim.costs]
        if able:
            unit = min(able, key=claim.costs.__getitem__)
            self.items.remove(unit)
            claim.succeed(unit)
        return True


class UnequalUnits(EqualUnits):
    """First come, first served, on units of different speed."""

    def __init__(self, system: System, seed: int) -> None:
        super().__init__(system, seed)
        self.store = UnitStore(self.env)
        self.store.items.extend(self.busy_ns)
        self.costs = {
            (spec.name, stage.name): {
                unit: system.costs[(spec.name, 'base', stage.name, unit)].latency_ns
                for unit in stage.units
            }
            for spec in system.tasks
            for stage in spec.variants[0].stages
        }

    def job(self, account: Account, seq: int, number: int) -> Iterator[Any]:
        """Take one frame through its stages, unless a newer one comes before the first."""
        env, spec, store = self.env, account.spec, self.store
        release_ns = env.now
        timings = []
        try:
            for index, stage in enumerate(spec.variants[0].stages):
                ready_ns = env.now
                costs = self.costs[(spec.name, stage.name)]
                with Claim(store, costs, (release_ns, number)) as claim:
                    unit = yield claim
                if not index:
                    account.waiting.remove(env.active_process)
                started_ns = env.now
                yield env.timeout(self.work_ns(spec, stage, unit, seq, index))
                store.put(unit)
                self.busy_ns[unit] += env.now - started_ns
                timings.append((stage.name, unit, ready_ns, started_ns, env.now))
                if seq < account.answered:
                    self.drop(account, seq)
                    return
        except simpy.Interrupt:
            self.drop(account, seq)
        else:
            self.answer(account, seq, env.now - release_ns)


# --- the comparison -----------------------------------------------------------------------


def our_ends(system: System, seed: int, seconds: float) -> tuple[Ends, Simulator]:
    """Return how every job ended in the simulator."""
    ends: Ends = {}
    jobs: dict[int, Release] = {}

    def listen(_now_ns: int, _event: Event, decisions: list[Decision]) -> None:
        for decision in decisions:
            if isinstance(decision, Release):
                jobs[decision.job] = decision
            elif isinstance(decision, (Complete, Drop)):
                release = jobs.pop(decision.job)
                response_ns = decision.response_ns if isinstance(decision, Complete) else -1
                ends[(release.task, release.seq)] = response_ns

    simulator = Simulator(system, policy='fcfs', seed=seed, listener=listen)
    simulator.run(seconds)
    simulator.dispatcher.validate()
    return ends, simulator


def check_equal(system: System, model: EqualUnits, seed: int, seconds: float) -> Ends:
    """Return how every job ended; exit when the two do not agree."""
    ends, simulator = our_ends(system, seed, seconds)
    model.run(seconds)
    for name, theirs in model.accounts.items():
        ours = simulator.dispatcher.ledger.tasks[name]
        counts = (ours.on_time, ours.late, ours.dropped_total)
        if counts != (theirs.on_time, theirs.late, theirs.dropped):
            sys.exit(f'{name}: the two do not count the same')
    wrong = sum(ends.get(key) != model.ends.get(key) for key in {**ends, **model.ends})
    busy_ns = sum(unit.busy_ns for unit in simulator.dispatcher.units.values())
    if wrong or busy_ns != sum(model.busy_ns.values()):
        sys.exit(f'the two do not agree on {wrong} of {len(ends)} jobs')
    return ends


def compare(
    system: System, kind: type[EqualUnits], *, seed: int, seconds: float, pairs: int
) -> dict[str, float]:
    """Return CPU time per job of both, medians, and the median ratio of paired runs."""
    ends = check_equal(system, kind(system, seed), seed, seconds)
    ours, theirs = [], []
    for _ in range(pairs):
        theirs.append(_spent_s(kind(system, seed).run, seconds))
        ours.append(_spent_s(Simulator(system, policy='fcfs', seed=seed).run, seconds))
    return {
        'jobs': len(ends),
        'dropped': sum(end < 0 for end in ends.values()),
        'simpy_us_per_job': statistics.median(theirs) * 1e6 / len(ends),
        'ours_us_per_job': statistics.median(ours) * 1e6 / len(ends),
        'ratio': statistics.median(b / a for a, b in zip(ours, theirs)),
    }


def _spent_s(run: Any, seconds: float) -> float:
    gc.collect()
    before = time.process_time()
    run(seconds)
    return time.process_time() - before


def main() -> None:
    """Compare equal and unequal units, with and without drawn latencies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=60.0, help='of simulated time')
    parser.add_argument('--pairs', type=int, default=7)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    found = {}
    for name, kind, slower in (('equal', EqualUnits, 1.0), ('unequal', UnequalUnits, 1.7)):
        for tasks, units in ((4, 4), (12, 6), (24, 12)):
            for cv in (0.0, 0.1):
                system = make_system(tasks, units, 0.85, cv, slower)
                found[f'{units} {name} units, {tasks} tasks, cv {cv}'] = compare(
                    system,
                    kind,
                    seed=arguments.seed,
                    seconds=arguments.seconds,
                    pairs=arguments.pairs,
                )
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    for label, row in found.items():
        print(
            f'{label:34} jobs {row["jobs"]:6} dropped {row["dropped"]:5}   us a job: simpy '
            f'{row["simpy_us_per_job"]:6.1f}  ours {row["ours_us_per_job"]:6.1f}   '
            f'{row["ratio"]:5.2f} times as fast'
        )


if __name__ == '__main__':
    main()
