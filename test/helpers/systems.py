# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Simulated systems for tests: made from dicts or drawn, run, and read back from their log."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.events import Event
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

MS = 1_000_000
#: more than any test needs
MOST_EVENTS = 200_000


@dataclass(frozen=True)
class Span:
    """A stage on a unit, from its start to its end or the loss of the unit."""

    run: Run
    begin_ns: int
    end_ns: int
    #: ``None`` when the unit was lost
    finished: StageFinished | None


class Log:
    """All events of a run with what was decided on them."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, Event, list[Decision]]] = []

    def decisions(self, kind: type) -> list[tuple[int, Any]]:
        """Return the decisions of a kind with their times."""
        return [(at, d) for at, _, made in self.entries for d in made if type(d) is kind]

    def events(self, kind: type) -> list[tuple[int, Any]]:
        """Return the events of a kind with their times."""
        return [(at, event) for at, event, _ in self.entries if type(event) is kind]

    @property
    def in_order(self) -> bool:
        """Whether time never goes back."""
        return all(before[0] <= after[0] for before, after in pairwise(self.entries))

    @property
    def releases(self) -> dict[int, Release]:
        """All jobs by id."""
        return {release.job: release for _, release in self.decisions(Release)}

    @property
    def spans(self) -> list[Span]:
        """All stages that ran, in order of their ends."""
        running: dict[tuple[int, str], tuple[int, Run]] = {}
        found = []
        for at, event, made in self.entries:
            if isinstance(event, StageFinished):
                begin, run = running.pop((event.job, event.unit))
                assert run.stage == event.stage
                found.append(Span(run, begin, at, event))
            elif isinstance(event, UnitChanged) and event.state != 'available':
                for key in [key for key in running if key[1] == event.unit]:
                    begin, run = running.pop(key)
                    found.append(Span(run, begin, at, None))
            for decision in made:
                if isinstance(decision, Run):
                    running[(decision.job, decision.unit)] = (at, decision)
        assert not running, f'never ended: {running}'
        return found

    def took_ms(self, task: str) -> list[float]:
        """Return how long the stages of a task took, in order of their ends."""
        spans = [span for span in self.spans if span.run.task == task]
        return [(span.end_ns - span.begin_ns) / MS for span in spans]

    def answered_ms(self, task: str) -> list[float]:
        """Return when the answers of a task came."""
        return [at / MS for at, answer in self.decisions(Complete) if answer.task == task]


def system(workload: dict[str, Any], platform: dict[str, Any]) -> System:
    """Return a system from what its files would say."""
    return System(SystemFile.model_validate(workload), SystemFile.model_validate(platform))


def simulate(
    made: System,
    *,
    seconds: float = 1.0,
    policy: str = 'fcfs',
    seed: int = 0,
    floor_periods: float = 0.0,
    **parameters: float,
) -> tuple[Simulator, Log]:
    """Run a system to its end; every invariant is checked after every event."""
    log = Log()

    def listen(now_ns: int, event: Event, decisions: list[Decision]) -> None:
        log.entries.append((now_ns, event, list(decisions)))
        assert len(log.entries) < MOST_EVENTS, 'the run does not end'
        simulator.dispatcher.validate()

    simulator = Simulator(
        made,
        policy=policy,
        policy_parameters=parameters,
        seed=seed,
        listener=listen,
        floor_periods=floor_periods,
    )
    simulator.run(seconds)
    return simulator, log


def one_stage(units: dict[str, Any], **task: Any) -> dict[str, Any]:
    """Return ``{'tasks': {'t': ...}, 'networks': {'n': ...}}`` for a network of one stage."""
    values = {'network': 'n', 'period_ms': 100.0, 'phase_ms': 0.0, **task}
    return {'tasks': {'t': values}, 'networks': {'n': {'stages': [{'name': 'x', 'cost': units}]}}}


# --- drawn systems ------------------------------------------------------------------------

_LATENCIES = st.sampled_from([0.0, 0.5, 1.0, 2.5, 6.0, 9.0])
_PERIODS = st.sampled_from([5.0, 8.0, 12.5, 30.0])


@st.composite
def random_systems(draw: st.DrawFn, *, cascades_change: bool = True) -> tuple[dict, dict]:
    """Draw workload and platform: cascades, variants, skips, exits, contention, changes."""
    units = [f'u{index}' for index in range(draw(st.integers(1, 3)))]
    streams = {
        f's{index}': {
            'period_ms': draw(_PERIODS),
            'arrivals': draw(st.sampled_from(['periodic', 'poisson'])),
            'jitter_ms': draw(st.sampled_from([0.0, 2.0])),
        }
        for index in range(2)
    }
    count = draw(st.integers(1, 4))
    workload = {
        'name': 'drawn',
        'streams': streams,
        'tasks': {f't{index}': draw(_tasks(index)) for index in range(count)},
        'networks': {f'n{index}': draw(_networks(units)) for index in range(count)},
    }
    _join_some(draw, workload['tasks'])
    workload['changes'] = draw(
        st.lists(_changes(workload['tasks'], units, cascades_change), max_size=5)
    )
    return workload, draw(_platforms(units))


def _join_some(draw: st.DrawFn, tasks: dict[str, Any]) -> None:
    """Let some cascades wait for other tasks of their stream, too."""
    heads: dict[str, str] = {}
    for name, task in tasks.items():
        heads[name] = heads[task['after']] if 'after' in task else task.get('stream', name)
    for index, task in enumerate(tasks.values()):
        others = [
            name
            for name in list(tasks)[:index]
            if 'after' in task and name != task['after'] and heads[name] == heads[task['after']]
        ]
        if others and draw(st.booleans()):
            task['after'] = [task['after'], draw(st.sampled_from(others))]


@st.composite
def _tasks(draw: st.DrawFn, index: int) -> dict[str, Any]:
    task: dict[str, Any] = {
        'network': f'n{index}',
        'priority': draw(st.integers(0, 1)),
        'every_n': draw(st.sampled_from([1, 1, 2])),
        'queue_depth': draw(st.integers(1, 3)),
        'max_in_flight': draw(st.integers(1, 3)),
        'min_rate_hz': draw(st.sampled_from([0.0, 0.0, 20.0, 90.0])),
    }
    trigger = draw(st.sampled_from(['stream', 'period_ms', 'after'] if index else ['stream']))
    if trigger == 'stream':
        task['stream'] = draw(st.sampled_from(['s0', 's1']))
    elif trigger == 'period_ms':
        task['period_ms'] = draw(_PERIODS)
    else:
        task['after'] = f't{draw(st.integers(0, index - 1))}'
        task['probability'] = draw(st.sampled_from([0.0, 0.5, 1.0]))
        task['fan_out'] = draw(st.sampled_from([(1, 1), (1, 4), (3, 3)]))
    if draw(st.booleans()):
        task['deadline_ms'] = draw(st.sampled_from([3.0, 15.0, 60.0]))
    return task


@st.composite
def _networks(draw: st.DrawFn, units: list[str]) -> dict[str, Any]:
    variants = {}
    for name in ('heavy', 'light')[: draw(st.integers(1, 2))]:
        stages = []
        for index in range(draw(st.integers(1, 3))):
            able = draw(st.lists(st.sampled_from(units), min_size=1, unique=True))
            costs = {
                unit: {
                    'latency_ms': draw(_LATENCIES),
                    'energy_mj': draw(st.sampled_from([None, 0.0, 4.0, 20.0])),
                    'demand_gbps': draw(st.sampled_from([0.0, 40.0, 90.0])),
                }
                for unit in able
            }
            stages.append(
                {
                    'name': f'x{index}',
                    'cost': costs,
                    'per_item': draw(st.sampled_from([0.0, 0.5])),
                    'chance': draw(st.sampled_from([1.0, 0.5])),
                    'exit_chance': draw(st.sampled_from([0.0, 0.3])),
                }
            )
        variants[name] = {'stages': stages, 'accuracy': 1.0 if name == 'heavy' else 0.9}
    tolerance = draw(st.sampled_from([None, None, 0.2]))
    return {'variants': variants} | ({} if tolerance is None else {'tolerance': tolerance})


@st.composite
def _platforms(draw: st.DrawFn, units: list[str]) -> dict[str, Any]:
    platform: dict[str, Any] = {
        'name': 'drawn',
        'units': {
            unit: {
                'kind': draw(st.sampled_from(['cpu', 'gpu', 'dla'])),
                'slots': draw(st.sampled_from([1, 1, 2, 3])),
                'active_mw': draw(st.sampled_from([0.0, 5000.0])),
                'modes': {'slow': {'speed': 0.5, 'energy': 0.6}},
            }
            for unit in units
        },
        'latency_cv': draw(st.sampled_from([0.0, 0.4])),
        'distribution': draw(st.sampled_from(['lognormal', 'lognormal', 'exponential'])),
        'contention': draw(
            st.sampled_from(
                [
                    'none',
                    {'model': 'pairwise', 'slowdown': {'u0': {units[-1]: 1.5}}},
                    {
                        'model': 'piecewise',
                        'knee_gbps': 60,
                        'slope': 2.0,
                        'bandwidth_gbps': 100,
                        'limit': 3,
                    },
                ]
            )
        ),
    }
    if draw(st.booleans()):
        platform['transitions'] = [{'from': 'u0', 'to': units[-1], 'ms': 0.7}]
    return platform


@st.composite
def _changes(
    draw: st.DrawFn, tasks: dict[str, Any], units: list[str], cascades: bool
) -> dict[str, Any]:
    change: dict[str, Any] = {'at_s': draw(st.just(0.0) | st.floats(1e-6, 0.25))}
    what = draw(st.sampled_from(['unit', 'stream', 'task', 'scheduler']))
    if what == 'unit':
        change['unit'] = draw(st.sampled_from(units))
        change['set'] = draw(
            st.sampled_from(
                [
                    {'mode': 'slow'},
                    {'speed': 2.0},
                    {'state': 'unavailable'},
                    {'state': 'available'},
                ]
            )
        )
    elif what == 'stream':
        change['stream'] = draw(st.sampled_from(['s0', 's1']))
        change['set'] = {'period_ms': draw(_PERIODS)}
    elif what == 'task':
        name = change['task'] = draw(st.sampled_from(sorted(tasks)))
        options: list[dict[str, Any]] = [
            {'deadline_ms': 7.0},
            {'enabled': False},
            {'enabled': True, 'priority': 2},
            {'queue_depth': 1, 'max_in_flight': 2},
        ]
        if cascades and tasks[name].get('after'):
            options.append({'probability': 0.8, 'fan_out': (2, 3)})
        change['set'] = draw(st.sampled_from(options))
    else:
        change['set'] = {'policy': draw(st.sampled_from(['edf', 'fcfs+drop', 'dream', 'heft']))}
    return change
