# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Random arrivals at one unit wait as long as queueing theory says."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import pytest
from systems import MS
from systems import one_stage
from systems import system

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.simulation.simulator import Simulator

SERVICE_MS = 1.0
JOBS = 30_000
MANY = 1_000_000
LOAD = 0.5

EXPONENTIAL = {'distribution': 'exponential'}
FIXED = {'latency_cv': 0.0}
LOGNORMAL = {'latency_cv': 0.8}
#: E[S^2] / E[S]^2
MOMENTS = {'exponential': 2.0, 'fixed': 1.0, 'lognormal': 1 + 0.8**2}
SHAPES = {'exponential': EXPONENTIAL, 'fixed': FIXED, 'lognormal': LOGNORMAL}


class Seen(NamedTuple):
    """What came of a run, times in milliseconds."""

    jobs: int
    span_ms: float
    response_ms: float
    #: time integral of the number in the system, in job milliseconds
    area_ms: float


@cache
def _observe(shape: str, slots: int, seed: int = 1) -> Seen:
    """Run one unit to the end and measure from outside, by the event log."""
    workload = one_stage(
        {'u': SERVICE_MS}, deadline_ms=1e6, queue_depth=MANY, max_in_flight=MANY, stream='s'
    )
    del workload['tasks']['t']['period_ms'], workload['tasks']['t']['phase_ms']
    gap_ms = SERVICE_MS / LOAD
    workload['streams'] = {'s': {'period_ms': gap_ms, 'arrivals': 'poisson'}}
    platform = {'units': {'u': {'kind': 'gpu', 'slots': slots}}, **SHAPES[shape]}
    released: dict[int, int] = {}
    now = inside = area = total = ended = 0

    def listen(at_ns, event, decisions):
        nonlocal now, inside, area, total, ended
        area += inside * (at_ns - now)
        now = at_ns
        if isinstance(event, FrameArrived):
            inside += 1
        elif isinstance(event, StageFinished):
            # one that was overtaken ends here too, without an answer
            inside -= 1
            ended += 1
            total += at_ns - released.pop(event.job)
        for decision in decisions:
            if isinstance(decision, Release):
                released[decision.job] = decision.release_ns

    simulator = Simulator(system(workload, platform), policy='fcfs', seed=seed, listener=listen)
    simulator.run(JOBS * gap_ms / 1e3)
    assert not released
    assert simulator.dispatcher.ledger.tasks['t'].ended == ended
    return Seen(ended, now / MS, total / ended / MS, area / MS)


@pytest.mark.parametrize('shape', ['exponential', 'fixed', 'lognormal'])
def test_first_come_first_served_responds_by_pollaczek_and_khinchine(shape):
    """M/M/1, M/D/1 and M/G/1."""
    seen = _observe(shape, 1)
    rate = LOAD / SERVICE_MS
    second_moment = MOMENTS[shape] * SERVICE_MS**2
    expected_ms = SERVICE_MS + rate * second_moment / (2 * (1 - LOAD))
    assert seen.response_ms == pytest.approx(expected_ms, rel=0.03)


def test_pollaczek_and_khinchine_give_the_textbook_form_of_one_exponential_server():
    assert pytest.approx(1 / (1 / SERVICE_MS - LOAD)) == SERVICE_MS + LOAD * 2 / (2 * (1 - LOAD))


@pytest.mark.parametrize('shape', ['exponential', 'fixed', 'lognormal'])
def test_sharing_responds_by_the_mean_of_the_work_alone(shape):
    """M/G/1-PS: E[S] / (1 - load), whatever the distribution."""
    seen = _observe(shape, MANY)
    assert seen.response_ms == pytest.approx(SERVICE_MS / (1 - LOAD), rel=0.03)


@pytest.mark.parametrize('slots', [1, MANY])
@pytest.mark.parametrize('shape', ['exponential', 'fixed', 'lognormal'])
def test_littles_law(shape, slots):
    seen = _observe(shape, slots)
    rate = seen.jobs / seen.span_ms
    assert rate == pytest.approx(LOAD / SERVICE_MS, rel=0.02)
    assert seen.area_ms / seen.span_ms == pytest.approx(rate * seen.response_ms, rel=1e-9)


def test_two_priorities_respond_by_cobham():
    """Non-preemptive priorities at one unit; both classes are exponential with mean 1 ms."""
    shares = {'high': 0.2, 'low': 0.3}
    task = {'deadline_ms': 1e6, 'queue_depth': MANY, 'max_in_flight': MANY, 'network': 'n'}
    workload = {
        'streams': {
            name: {'period_ms': 1 / share, 'arrivals': 'poisson'} for name, share in shares.items()
        },
        'tasks': {
            name: {**task, 'stream': name, 'priority': int(name == 'high')} for name in shares
        },
        'networks': {'n': {'stages': [{'name': 'x', 'cost': {'u': SERVICE_MS}}]}},
    }
    found: dict[str, list[int]] = {name: [] for name in shares}

    def listen(_at_ns, _event, decisions):
        for decision in decisions:
            if isinstance(decision, Complete):
                found[decision.task].append(decision.response_ns)

    platform = {'units': {'u': {}}, **EXPONENTIAL}
    simulator = Simulator(system(workload, platform), policy='edf', seed=4, listener=listen)
    simulator.run(180.0)
    residual = sum(shares.values()) * 2 / 2
    expected = {'high': 1 + residual / 0.8, 'low': 1 + residual / (0.8 * 0.5)}
    for name, responses in found.items():
        mean_ms = sum(responses) / len(responses) / MS
        assert mean_ms == pytest.approx(expected[name], rel=0.02), name
