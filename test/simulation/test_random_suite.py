# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The suite of drawn systems: what is drawn, its seeds, wrong profiles, tails, arrivals."""

from __future__ import annotations

import statistics
from itertools import pairwise

import pytest

from edge_sched_ros.cli.main import main
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.simulation.execution_model import ExecutionModel
from edge_sched_ros.simulation.load import alone_ns
from edge_sched_ros.simulation.load import least_load
from edge_sched_ros.simulation.random_systems.system import random_system
from edge_sched_ros.simulation.sources import Source
from edge_sched_ros.simulation.suite import cases_of
from edge_sched_ros.simulation.suite import scenarios
from edge_sched_ros.simulation.suite_file import load_suite
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system import System
from edge_sched_ros.system.workload import Arrivals
from edge_sched_ros.system.workload import Stream


@pytest.fixture(scope='module')
def drawn() -> list[System]:
    return [System(random_system(seed)) for seed in range(40)]


def test_a_seed_draws_the_same_system(drawn):
    data = drawn[7].workload.model_dump()
    assert random_system(7).model_dump() == data
    assert random_system(8).model_dump() != data


def test_systems_are_in_their_ranges_and_differ(drawn):
    for system in drawn:
        assert 2 <= len(system.tasks) <= 12
        assert 1 <= len(system.units) <= 6
        assert 0.499 < least_load(system) < 1.801
        alone = alone_ns(system)
        assert all(alone[task.name] < 0.71 * task.deadline_ns for task in system.tasks)
    assert len({len(system.tasks) for system in drawn}) > 5
    arrivals = {stream.arrivals for system in drawn for stream in system.streams.values()}
    assert arrivals == {'periodic', 'poisson', 'sporadic', 'bursty'}
    for what in (
        lambda system: any(task.after for task in system.tasks),
        lambda system: any(len(task.variants) > 1 for task in system.tasks),
        lambda system: any(stream.jitter_ms for stream in system.streams.values()),
        lambda system: system.device.tail is not None,
        lambda system: any(cost.profile_factor < 0.9 for cost in system.costs.values()),
    ):
        assert 3 < sum(map(what, drawn)) < 40


def test_a_drawn_system_runs_once_with_its_own_seed():
    suite = load_suite('random')
    chosen = scenarios(suite, range(1000, 1003))
    assert [scenario.name for scenario in chosen] == ['random-1000', 'random-1001', 'random-1002']
    cases = cases_of(chosen, ['edf', 'fcfs'], range(1000, 1003), 1.0)
    assert [(case.scenario.drawn, case.seed) for case in cases] == [
        (seed, seed) for seed in (1000, 1000, 1001, 1001, 1002, 1002)
    ]
    assert not suite.has_fleets


def test_a_suite_is_of_files_or_random(tmp_path):
    path = tmp_path / 'both.yaml'
    path.write_text('random: true\nscenarios: [{workload: robot_cpu, platforms: [four_cpus]}]\n')
    with pytest.raises(ConfigError, match='needs either scenarios or random'):
        load_suite(str(path))


def test_the_first_seed_of_compare(capsys):
    main(
        'compare --suite random --first-seed 5 --seeds 2 --seconds 0.2 --jobs 1 '
        '--policies edf,edf+drop'.split()
    )
    out = capsys.readouterr().out
    assert 'random-5' in out and 'random-6' in out and 'random-7' not in out
    assert 'fairness' in out and 'loss' in out


def _one(cost: dict[str, float], **device: object) -> System:
    return System(
        parse_system(
            (
                '',
                {
                    'units': {'cpu0': {}},
                    'tasks': {'t': {'network': 'n', 'period_ms': 10.0}},
                    'networks': {'n': {'stages': [{'name': 's', 'cost': {'cpu': cost}}]}},
                    **device,
                },
            ),
            name='one',
        )
    )


def test_policies_are_told_a_wrong_time_and_runs_take_the_true_one():
    system = _one({'latency_ms': 6.0, 'profile_factor': 0.5})
    assert system.profiles().expected_ns('t', 'base', 's', 'cpu0', 1) == 3_000_000
    (cost,) = system.costs.values()
    assert ExecutionModel(system, 0).work_ns(cost, 1, 't', 0, 0) == 6_000_000
    assert StageKey('t', 'base', 's', 'cpu0') in map(lambda key: StageKey(*key), system.costs)


def test_a_tail_makes_some_runs_longer():
    system = _one({'latency_ms': 1.0}, tail={'chance': 0.05, 'factors': [3.0, 12.0]})
    (cost,) = system.costs.values()
    model = ExecutionModel(system, 3)
    times = [model.work_ns(cost, 1, 't', seq, 0) / 1e6 for seq in range(4000)]
    longer = [time for time in times if time > 1.5]
    assert 0.04 < len(longer) / len(times) < 0.06
    assert 3 <= min(longer) < 4 and 11 < max(longer) <= 12


@pytest.mark.parametrize('arrivals', ['periodic', 'poisson', 'sporadic', 'bursty'])
def test_all_arrivals_keep_the_mean_time(arrivals: Arrivals):
    source = Source('s', Stream(period_ms=10.0, arrivals=arrivals), 1)
    times = []
    for _ in range(8000):
        times.append(source.next_ns())
        source.take()
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert statistics.fmean(gaps) == pytest.approx(1e7, rel=0.06)
    if arrivals == 'sporadic':
        assert min(gaps) >= 0.499e7
    if arrivals == 'bursty':
        assert sum(gap < 0.251e7 for gap in gaps) / len(gaps) == pytest.approx(0.75, abs=0.02)
        assert max(gaps) > 5e7
