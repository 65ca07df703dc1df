# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The queueing models against the simulator: ``dev/env.sh python benchmarks/capacity_simulator.py
[--jobs N] [--json]``.

Two classes of requests at one unit, two in a row for ``tandem`` (sharing, then in order) and
for ``bound`` (both in order, where the model is an upper bound), at loads from 0.2 to 0.8; the
simulator knows nothing of the models. Compared are mean, p95 and p99 of the responses per class.
The model is given the rates that came, which differ from those asked for by chance; what chance
is left in the mean is about 1 % at load 0.8 with 160,000 jobs, and more in p99.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge_sched_ros.capacity.deterministic import periodic_fcfs
from edge_sched_ros.capacity.fcfs import mg1_fcfs
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.priority import mg1_priority
from edge_sched_ros.capacity.processor_sharing import mg1_ps
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.capacity.tandem import tandem
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.events import Event
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

#: two classes with half the load each; the first is the more urgent one
CLASSES = ('short', 'long')
CV = 0.3
LOADS = (0.2, 0.4, 0.6, 0.8)
#: more than any queue gets
MANY = 1_000_000
MS = 1e6


@dataclass(frozen=True)
class Row:
    """One class at one load."""

    form: str
    load: float
    name: str
    jobs: int
    simulated_ms: tuple[float, float, float]
    predicted_ms: tuple[float, float, float]

    @property
    def errors(self) -> tuple[float, ...]:
        """Return the relative errors of mean, p95 and p99."""
        pairs = zip(self.predicted_ms, self.simulated_ms)
        return tuple(abs(predicted / seen - 1) for predicted, seen in pairs)


def _tandem(loads: list[Load]) -> list[Response]:
    return [tandem([one, other]) for one, other in zip(_textbook(loads), mg1_fcfs(loads))]


def _bound(loads: list[Load]) -> list[Response]:
    return [tandem([one, other]) for one, other in zip(mg1_fcfs(loads), mg1_fcfs(loads))]


def _textbook(loads: list[Load]) -> list[Response]:
    return mg1_ps(loads, 'textbook')


@dataclass(frozen=True)
class Form:
    """A model, and how to set up the simulator for it."""

    model: Callable[[list[Load]], Sequence[Response]]
    #: of each unit on the way
    slots: tuple[int, ...] = (1,)
    policy: str = 'fcfs'
    arrivals: str = 'poisson'
    #: mean service of each class in ms
    services: tuple[float, float] = (2.0, 5.0)
    cv: float = CV


FORMS = {
    'fcfs': Form(mg1_fcfs),
    'ps': Form(_textbook, slots=(MANY,)),
    'priority': Form(mg1_priority, policy='edf'),
    'periodic': Form(periodic_fcfs, arrivals='periodic'),
    # one fixed time: else requests overtake each other in the first unit, and the scheduler, which
    # counts from the frame, serves them in another order than they come to the second
    'tandem': Form(_tandem, slots=(MANY, 1), services=(3.0, 3.0), cv=0.0),
    'bound': Form(_bound, slots=(1, 1)),
}


def compare(form: str, load: float, jobs: int, seed: int = 1) -> list[Row]:
    """
    Return what the simulator and the model say, a row for each class.

    :param jobs: of all classes together, roughly
    """
    shape = FORMS[form]
    services = dict(zip(CLASSES, shape.services))
    rates = {name: load / 2 / mean * 1e3 for name, mean in services.items()}
    # clocks keep their phases for good: many short runs, each with phases of its own
    runs = 200 if shape.arrivals == 'periodic' else 4
    seconds = jobs / sum(rates.values()) / runs
    system = _system(rates, shape)
    drawn: dict[str, list[float]] = {name: [] for name in CLASSES}
    came = dict.fromkeys(CLASSES, 0)
    for run in range(runs):
        for name, values in _responses(system, shape.policy, seconds, 100 * seed + run).items():
            drawn[name] += values[len(values) // 20 :]
            came[name] += len(values)
    loads = [
        Load(came[name] / seconds / runs, Service(mean, shape.cv), priority=int(name == 'short'))
        for name, mean in services.items()
    ]
    return [
        Row(
            form,
            load,
            name,
            len(drawn[name]),
            (float(np.mean(drawn[name])), *map(float, np.quantile(drawn[name], (0.95, 0.99)))),
            (response.mean_ms, response.p95_ms, response.p99_ms),
        )
        for name, response in zip(CLASSES, shape.model(loads))
    ]


def _system(rates: dict[str, float], shape: Form) -> System:
    units = {f'u{i}': {'kind': 'gpu', 'slots': slots} for i, slots in enumerate(shape.slots)}
    task = {'deadline_ms': 1e6, 'queue_depth': MANY, 'max_in_flight': MANY}
    workload: dict[str, Any] = {
        'streams': {
            name: {'period_ms': 1e3 / rate, 'arrivals': shape.arrivals}
            for name, rate in rates.items()
        },
        'tasks': {
            name: {**task, 'network': name, 'stream': name, 'priority': int(name == 'short')}
            for name in rates
        },
        'networks': {
            name: {'stages': [{'name': unit, 'cost': {unit: mean}} for unit in units]}
            for name, mean in zip(CLASSES, shape.services)
        },
    }
    platform = SystemFile.model_validate({'units': units, 'latency_cv': shape.cv})
    return System(SystemFile.model_validate(workload), platform)


def _responses(system: System, policy: str, seconds: float, seed: int) -> dict[str, list[float]]:
    """Return the responses of a run by task, in ms."""
    last = {name: variants.stages[-1] for name, variants in _networks(system).items()}
    begun: dict[int, tuple[str, int]] = {}
    found: dict[str, list[float]] = {name: [] for name in last}

    def listen(at_ns: int, event: Event, decisions: list[Decision]) -> None:
        if isinstance(event, StageFinished):
            name, release_ns = begun[event.job]
            if event.stage == last[name].name:
                found[name].append((at_ns - release_ns) / MS)
        for decision in decisions:
            if isinstance(decision, Release):
                begun[decision.job] = (decision.task, decision.release_ns)

    Simulator(system, policy=policy, seed=seed, listener=listen).run(seconds)
    return found


def _networks(system: System) -> dict[str, Any]:
    networks = system.workload.networks
    return {name: next(iter(network.variants.values())) for name, network in networks.items()}


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=(__doc__ or '').partition('\n\n')[0])
    parser.add_argument('--jobs', type=int, default=100_000, help='per form and load')
    parser.add_argument('--form', choices=tuple(FORMS), action='append')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    rows = []
    for form in options.form or FORMS:
        for load in LOADS:
            rows += compare(form, load, options.jobs)
            if not options.json:
                for row in rows[-len(CLASSES) :]:
                    errors = ' '.join(f'{error:6.1%}' for error in row.errors)
                    times = ' '.join(f'{ms:8.3f}' for ms in row.simulated_ms)
                    print(f'{form:9} {load:.1f} {row.name:6} {row.jobs:7}  {times} ms  {errors}')
    if options.json:
        print(json.dumps([{**asdict(row), 'errors': row.errors} for row in rows], indent=2))


if __name__ == '__main__':
    main()
