# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Joins in system files: simulated with the robot's dispatcher, or refused by name."""

from __future__ import annotations

import json

import pytest
from harness import Bench
from harness import task
from simulated_fleets import duo
from simulated_fleets import fleet_of
from simulated_fleets import run
from systems import simulate
from systems import system

from edge_sched_ros.capacity.admission import predict
from edge_sched_ros.capacity.admission_tasks import StageDemand
from edge_sched_ros.capacity.admission_tasks import TaskDemand
from edge_sched_ros.capacity.placement.cascades import cascades
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.simulation.bound.jobs import window_jobs
from edge_sched_ros.simulation.load import least_load
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.rates import rates_per_s
from edge_sched_ros.system.snapshot import snapshot
from edge_sched_ros.system.writing import system_data

MS = 1_000_000


def _workload(**join):
    """Return boxes of 30 ms, depth of 40 ms, and their join of 5 ms, ten times a second."""
    stage = [{'name': 'x', 'cost': {'a': 30}}]
    return {
        'streams': {'camera': {'period_ms': 100, 'phase_ms': 0}},
        'tasks': {
            'boxes': {'network': 'one', 'stream': 'camera'},
            'depth': {'network': 'two', 'stream': 'camera'},
            'both': {'network': 'three', 'after': ['boxes', 'depth'], 'deadline_ms': 60, **join},
        },
        'networks': {
            'one': {'stages': stage},
            'two': {'stages': [{'name': 'x', 'cost': {'b': 40}}]},
            'three': {'stages': [{'name': 'x', 'cost': {'a': 5}}]},
        },
    }


def _system(**join):
    return system(_workload(**join), {'units': ['a', 'b']})


def _file(**join):
    return parse_system(('robot.yaml', {**_workload(**join), 'units': ['a', 'b']}), name='robot')


def test_it_runs_when_the_last_of_its_tasks_has_answered():
    _, log = simulate(_system())
    assert log.answered_ms('both') == [45 + 100 * frame for frame in range(10)]
    release = next(one for one in log.releases.values() if one.task == 'both')
    assert len(release.parents) == 2


def test_frames_that_one_of_them_drops_are_incomplete():
    workload = _workload()
    workload['networks']['two']['stages'][0]['cost']['b'] = 190
    simulator, _ = simulate(system(workload, {'units': ['a', 'b']}))
    accounts = simulator.dispatcher.ledger.tasks
    assert accounts['both'].dropped['join_incomplete'] == accounts['depth'].dropped['superseded']
    assert accounts['both'].released == 10


def test_every_frame_is_drawn_once_for_all_its_tasks():
    """Probability and items belong to the frame of the join, whichever task answers first."""
    simulator, log = simulate(_system(probability=0.5, fan_out=[1, 3]), seconds=5.0)
    account = simulator.dispatcher.ledger.tasks['both']
    assert 10 < account.released < 40 and account.on_time == account.released
    items = {one.items for one in log.releases.values() if one.task == 'both'}
    assert items == {1, 2, 3}


def test_rates_and_load_are_those_of_the_rarest_task_before_it():
    file = _file(every_n=2)
    assert rates_per_s(file)['both'] == pytest.approx(5)
    workload = _workload(every_n=2)
    workload['tasks']['depth']['every_n'] = 5
    made = system(workload, {'units': ['a', 'b']})
    assert rates_per_s(made.workload)['both'] == pytest.approx(1)
    assert made.tasks[2].period_ns == 1000 * MS
    assert least_load(made) == pytest.approx(0.3 + 0.005)


def test_a_file_says_it_as_it_was_read():
    file = _file()
    assert file.tasks['both'].before == ('boxes', 'depth')
    data = json.loads(json.dumps(system_data(file)))
    assert data['tasks']['both']['after'] == ['boxes', 'depth']
    assert parse_system(('again.yaml', data), name='robot').tasks == file.tasks


@pytest.mark.parametrize(
    ('after', 'problem'),
    [
        (['boxes', 'boxes'], "after: names 'boxes' twice"),
        (['boxes', ''], 'must be a name'),
        ([], 'needs exactly one of'),
        (['boxes', 3], 'after: must be the name of a task, or a list of names'),
        (4, 'after: must be the name of a task'),
        ('  ', 'after: must be a name'),
        (['boxes', 'nothing'], "after: there is no task 'nothing'"),
        (['boxes', 'both'], 'after: is a loop: both'),
    ],
)
def test_a_wrong_list_is_refused(after, problem):
    with pytest.raises(ConfigError, match=problem):
        rates_per_s(_file(after=after))


def test_place_tells_its_rate():
    assert 'least rate of boxes, depth' in cascades(_file())['both']


def test_several_devices_join_answers():
    data = duo(streams={'camera': {'period_ms': 100}})
    for name in ('detector', 'depth'):
        data['tasks'][name] = {'network': 'net', 'stream': 'camera'}
    data['tasks']['both'] = {'network': 'net', 'after': ['detector', 'depth'], 'deadline_ms': 90}
    accounts = run(data, policy='look_ahead').dispatcher.ledger.tasks
    assert {name: one.released for name, one in accounts.items()} == dict.fromkeys(accounts, 20)
    assert accounts['both'].on_time == 20
    data['tasks']['depth'] = {'network': 'net', 'period_ms': 50}
    told = r'fleet\.yaml: tasks\.both\.after: joins results of different streams: detector on c'
    with pytest.raises(ConfigError, match=told):
        fleet_of(data)


def test_the_bound_leaves_it_out():
    jobs = window_jobs(_system(), 0, 0.3, variants=False)
    assert {job.task for job in jobs} == {'boxes', 'depth'}


def test_a_snapshot_has_it():
    profiles = Profiles()
    for name in ('a', 'b', 'c'):
        profiles.set(StageKey(name, 'base', 'infer', 'cpu0'), 4 * MS, source='x')
    tasks = (task('a'), task('b'), task('c', after='a', joined_with=('b',)))
    found = snapshot(Bench(*tasks, profiles=profiles).dispatcher, seen_hz={'camera': 10.0})
    assert found.tasks['c'].before == ('a', 'b')


def test_admission_waits_for_the_last_of_the_results():
    def demand(name, ms, unit, **more):
        stage = StageDemand(((unit, ms),))
        return TaskDemand(name, 10.0, (stage,), 100.0, stream='' if more else 'camera', **more)

    slots = {'u': 1, 'v': 1}
    before = [demand('a', 30.0, 'u'), demand('b', 40.0, 'v')]
    joined = {'after': 'a', 'joined_with': ('b',)}
    assert predict([*before, demand('c', 5.0, 'u', **joined)], slots)['c'].mean_ms == (
        pytest.approx(45.0)
    )
    assert predict([*before, demand('c', 5.0, 'u', after='a')], slots)['c'].mean_ms == (
        pytest.approx(35.0)
    )
