# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cascades, items and segments that jobs do not need, over several devices as on one."""

from __future__ import annotations

import pytest
from simulated_fleets import duo
from simulated_fleets import run

from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.simulation.fleet.load import fleet_least_load
from edge_sched_ros.simulation.fleet.outcome import fleet_outcome
from edge_sched_ros.simulation.load import least_load
from edge_sched_ros.simulation.outcome import outcome
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system import System

_STAGES = [
    {'name': 'head', 'cost': {'gpu': {'latency_ms': 2, 'energy_mj': 4}}},
    {'name': 'tail', 'cost': {'gpu': {'latency_ms': 4, 'energy_mj': 8}}},
]
_CROPS = {'cost': {'gpu': {'latency_ms': 1, 'energy_mj': 2, 'per_item_ms': 0.5}}}


def _one_device(network=None, **cascade):
    """Return a detector and a task after it that has crops of some frames to work on."""
    return {
        'units': {'gpu0': {'kind': 'gpu'}},
        'networks': {'detector': {'stages': _STAGES, **(network or {})}, 'crops': _CROPS},
        'tasks': {
            'detect': {'network': 'detector', 'period_ms': 20, 'deadline_ms': 40},
            'embed': {'network': 'crops', 'after': 'detect', 'deadline_ms': 40, **cascade},
        },
    }


def _both(data, seconds=4.0):
    """Return the outcomes of one device without a coordinator and with one."""
    plain = Simulator(System(parse_system(('one.yaml', data), name='one')), policy='edf', seed=7)
    plain.run(seconds)
    fleet = run(data, seconds, policy='whole_network', seed=7)
    return outcome(plain), fleet_outcome(fleet)


@pytest.mark.parametrize(
    'cascade',
    [{}, {'probability': 0.6}, {'fan_out': [1, 6]}, {'probability': 0.5, 'every_n': 2}],
)
def test_a_cascade_has_the_jobs_and_the_energy_that_it_has_on_one_device(cascade):
    plain, fleet = _both(_one_device(**cascade))
    for name in ('detect', 'embed'):
        for key in ('released', 'on_time', 'late'):
            assert fleet['tasks'][name][key] == plain['tasks'][name][key], (name, key)
        assert fleet['tasks'][name]['energy_mj'] == pytest.approx(
            plain['tasks'][name]['energy_mj']
        )
    assert 0 < fleet['tasks']['embed']['released'] <= fleet['tasks']['detect']['released']


@pytest.mark.parametrize('chances', [(0.4, 0.0), (1.0, 0.5)])
def test_segments_that_a_job_does_not_need_take_no_time(chances):
    chance, exits = chances
    stages = [{**_STAGES[0], 'exit_chance': exits}, {**_STAGES[1], 'chance': chance}]
    data = _one_device({'stages': stages})
    plain, fleet = _both(data)
    found, expected = fleet['tasks']['detect'], plain['tasks']['detect']
    assert found['energy_mj'] == pytest.approx(expected['energy_mj'])
    assert found['response_ms'] == expected['response_ms']
    # some jobs need it and some do not
    assert 4 * found['on_time'] < found['energy_mj'] < 12 * found['on_time']


@pytest.mark.parametrize('policy', ['earliest_finish', 'balanced_cut', 'look_ahead'])
def test_segments_that_are_not_needed_are_the_same_however_the_network_is_cut(policy):
    stages = [{**_STAGES[0], 'exit_chance': 0.5}, _STAGES[1]]
    data = _one_device({'stages': stages})
    data = {
        'devices': {name: {'units': data['units']} for name in 'ab'},
        **{key: value for key, value in data.items() if key != 'units'},
    }
    energies = [
        fleet_outcome(run(data, 2.0, policy=one, seed=3))['tasks']['detect']['energy_mj']
        for one in ('whole_network', policy)
    ]
    assert energies[0] == pytest.approx(energies[1])


def test_a_cascade_over_devices_works_where_the_answers_come_home():
    data = duo()
    data['tasks']['track'] = {'network': 'net', 'after': 'detector', 'deadline_ms': 90}
    released = []

    def note(_now_ns, _event, decisions):
        released.extend(one for one in decisions if isinstance(one, JobReleased))

    simulator = run(data, 2.0, listener=note)
    accounts = simulator.dispatcher.ledger.tasks
    answered = accounts['detector'].on_time + accounts['detector'].late
    assert accounts['track'].released == answered > 50
    assert simulator.dispatcher.tasks['track'].home == 'desk'
    by_id = {one.job: one for one in released}
    for one in released:
        if one.task == 'track':
            parent = by_id[one.parent]
            assert (parent.task, parent.seq, parent.release_ns) == (
                'detector',
                one.seq,
                one.release_ns,
            )


def test_the_probability_of_a_cascade_changes_during_the_run():
    data = _one_device(probability=1.0)
    data['changes'] = [{'at_s': 1.0, 'task': 'embed', 'set': {'probability': 0.0}}]
    tasks = run(data, 2.0).dispatcher.ledger.tasks
    assert tasks['detect'].released == 100
    assert tasks['embed'].released == pytest.approx(50, abs=1)


@pytest.mark.parametrize('cascade', [{'probability': 0.25}, {}])
def test_the_least_load_is_that_of_one_device(cascade):
    stages = [{**_STAGES[0], 'exit_chance': 0.5}, {**_STAGES[1], 'chance': 0.5}]
    data = _one_device({'stages': stages}, **cascade)
    system = System(parse_system(('one.yaml', data), name='one'))
    assert fleet_least_load(run(data, 0.1).fleet) == pytest.approx(least_load(system))
