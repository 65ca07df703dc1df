# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a system file means to the planner, and one line for what cannot be planned."""

from __future__ import annotations

import copy

import pytest
from planning_problems import problem_from

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.planning.objective import MIN_MAKESPAN
from edge_sched_ros.planning.objective import Objective
from edge_sched_ros.planning.planner import make_plan
from edge_sched_ros.system.contention import Pairwise
from edge_sched_ros.system.contention import Piecewise
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.parsing import make_system

FILE = {
    'units': {'gpu0': {'active_mw': 5000}, 'dla0': {'kind': 'dla'}},
    'networks': {
        'a': {
            'cost': {
                'gpu0': {'latency_ms': [1.0, 2.0, 3.0], 'leave_ms': 0.5},
                'dla0': {
                    'latency_ms': [2, None, 4.0],
                    'energy_mj': [1.0, 0.0, 2.0],
                    'leave_ms': [0.1, 0.2],
                },
            }
        }
    },
    'transitions': [{'from': 'gpu0', 'to': 'dla0', 'ms': 0.25}],
}


def test_what_a_file_means():
    problem = problem_from(FILE)
    (network,) = problem.networks
    assert problem.kinds == {'gpu0': 'gpu', 'dla0': 'dla'}
    assert network.units_of(1) == ['gpu0']
    assert network.max_switches == 1
    # by table, else power times time
    assert problem.energy(network, ('dla0', 'gpu0', 'gpu0')) == 1.0 + 10.0 + 15.0
    assert problem.switch_ms(network, (0, 1), 'gpu0', 'dla0') == (0.5, 0.25)
    # nothing says what leaving the DLA takes after a group that it cannot run
    assert problem.switch_ms(network, (0, 1), 'dla0', 'gpu0') == (0.1, 0.0)
    assert problem.contention is None


def _with(path: str, value: object) -> dict:
    data = copy.deepcopy(FILE)
    *parents, last = path.split('/')
    inner = data
    for key in parents:
        inner = inner.setdefault(key, {})
    inner[last] = value
    return data


@pytest.mark.parametrize('model', ['none', {'model': 'none'}])
def test_contention_by_name(model):
    assert problem_from(_with('contention', model)).contention is None


def test_contention_models():
    pairwise = {'model': 'pairwise', 'slowdown': {'gpu': {'dla0': 1.5}}}
    found = problem_from(_with('contention', pairwise)).contention
    assert isinstance(found, Pairwise)
    assert found.slowdown('gpu0', 0, {'gpu0': 0, 'dla0': 0}) == 1.5
    piecewise = {'model': 'piecewise', 'knee_gbps': 10, 'slope': 2, 'bandwidth_gbps': 50}
    found = problem_from(_with('contention', piecewise)).contention
    assert isinstance(found, Piecewise)
    assert found.slowdown('gpu0', 10, {'gpu0': 10, 'dla0': 25}) == 2.0


def test_units_may_be_a_plain_list():
    assert problem_from(_with('units', ['gpu0', 'dla0'])).units == ('gpu0', 'dla0')


def test_times_are_looked_up_by_name_type_and_kind_at_the_speed_of_the_unit():
    units = {
        'gpu0': {'type': 'big', 'speed': 2.0},
        'gpu1': {'type': 'small'},
        'dla0': {},
        'dla1': {},
    }
    cost = {'big': [4.0], 'gpu': [6.0], 'dla': [9.0], 'dla1': [8.0]}
    (network,) = problem_from({'units': units, 'networks': {'a': {'cost': cost}}}).networks
    assert network.times_ms == {'gpu0': (2.0,), 'gpu1': (6.0,), 'dla0': (9.0,), 'dla1': (8.0,)}


def test_hand_overs_may_be_given_by_kind():
    data = {
        'units': ['gpu0', 'dla0', 'dla1'],
        'networks': {'a': {'cost': {'gpu': [1, 1], 'dla': [1, 1]}}},
        'transitions': [
            {'from': 'gpu', 'to': 'dla', 'ms': 0.5},
            {'from': 'gpu', 'to': 'dla1', 'ms': 0.75},
        ],
    }
    found = problem_from(data).transitions_ms
    assert found == {('gpu0', 'dla0'): 0.5, ('gpu0', 'dla1'): 0.75}


# --- which networks ---------------------------------------------------------------------------

TASKS = {
    'units': ['gpu0', 'cpu0'],
    'networks': {
        'detector': {'max_switches': 2, 'cost': {'gpu': [1, 2], 'cpu': [3, 4]}},
        'idle': {'cost': {'gpu': [1]}},
    },
    'costs': {'decode': {'cpu': 5}, 'depth': {'gpu': 6, 'cpu': 7}},
    'tasks': {
        'left': {'network': 'detector', 'period_ms': 30},
        'right': {'network': 'detector', 'period_ms': 30},
        'off': {'network': 'idle', 'period_ms': 30, 'enabled': False},
        'near': {'network': 'depth', 'preprocess': 'decode', 'period_ms': 30},
        'far': {'network': 'depth', 'unit': 'cpu0', 'period_ms': 30},
    },
}


def test_networks_of_enabled_tasks_are_planned_each_once():
    found = {network.name: network for network in problem_from(TASKS, 0).networks}
    assert set(found) == {'detector', 'near', 'far'}
    assert found['detector'].max_switches == 2
    # one for the way from the one network to the other
    assert found['near'].max_switches == 1
    assert found['near'].times_ms == {'gpu0': (None, 6.0), 'cpu0': (5.0, 7.0)}
    assert found['far'].times_ms == {'cpu0': (7.0,)}


def test_all_networks_are_planned_where_there_are_no_tasks():
    data = {key: TASKS[key] for key in ('units', 'networks')}
    assert [network.name for network in problem_from(data).networks] == ['detector', 'idle']


def test_what_comes_with_the_package_can_be_planned():
    pytest.importorskip('ortools')
    problem = problem_of(load_system('robot_drone', 'orin_nx'))
    plan = make_plan(problem, Objective(MIN_MAKESPAN), time_limit_s=0.5)
    assert {name: len(units) for name, units in plan.mapping.items()} == {
        'detector': 2, 'embedding': 1, 'depth': 2, 'flow': 1, 'segmentation': 2,
    }  # fmt: skip


# --- what cannot be planned -------------------------------------------------------------------

COST = 'networks/a/cost'
AT = 'networks.a'


@pytest.mark.parametrize(
    ('path', 'value', 'message'),
    [
        (f'{COST}/nuu', [1, 2, 3], "networks.a.cost: unknown unit 'nuu' (there are dla0, gpu0)"),
        (f'{COST}/dla0', [1, 2], f'{AT}.cost.dla0: has 2 groups'),
        (f'{COST}/gpu0', [1, None, 3], f'{AT}.cost: no unit can run group 1'),
        (f'{COST}/dla0/energy_mj', [1], f'{AT}.cost.dla0.energy_mj: has 1 numbers'),
        (f'{COST}/gpu0/leave_ms', [1], f'{AT}.cost.gpu0.leave_ms: has 1 numbers, but there are'),
        ('networks', {}, 'there are neither tasks nor networks'),
        ('tasks', {'t': {'network': 'a', 'period_ms': 1, 'enabled': False}}, 'no task is enabled'),
        ('tasks', {'t': {'network': 'b', 'period_ms': 1}}, 'tasks.t.network: there is no network'),
        (
            'tasks',
            {
                't': {'network': 'a', 'period_ms': 1},
                'a': {'network': 'a', 'unit': 'gpu0', 'period_ms': 1},
            },
            "tasks.a: 'a' names both a network and a task with another plan",
        ),
        ('units', {}, 'units: is missing'),
        ('transitions', [{'from': 'x', 'to': 'gpu0', 'ms': 1}], 'transitions.from: unknown unit'),
        (
            'contention',
            {'model': 'pairwise', 'slowdown': {'gpu0': {'x': 2}}},
            "contention.slowdown: unknown unit 'x'",
        ),
        ('devices', {'other': {'units': ['gpu0']}}, 'units: is of a device'),
    ],
)
def test_what_cannot_be_planned_is_one_line(path, value, message):
    with pytest.raises(ConfigError) as error:
        problem_from(_with(path, value))
    assert str(error.value).startswith(f'own.yaml: {message}')
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    ('path', 'value', 'message'),
    [
        ('max_switches', 1, 'max_switches: is called networks.NAME.max_switches, or'),
        ('networks/a', {'times_ms': {'gpu0': [1.0]}}, f'{AT}.times_ms: is called cost, as in'),
        ('networks/a/energy_mj', {'gpu0': [1.0]}, f'{AT}.energy_mj: goes inside a unit of'),
    ],
)
def test_an_old_key_is_told_with_the_new_one(path, value, message):
    with pytest.raises(ConfigError) as error:
        problem_from(_with(path, value))
    assert str(error.value).startswith(f'own.yaml: {message}')


@pytest.mark.parametrize('other', [[0, 0], [7.0, 8.0]])
def test_groups_that_take_no_time_are_not_planned(other):
    data = {
        'units': ['gpu0', 'dla0'],
        'networks': {'a': {'cost': {'gpu0': [0, 0.0], 'dla0': other}}},
    }
    with pytest.raises(ConfigError, match=r'own\.yaml: networks: every group takes 0 ms'):
        problem_from(data)
    data['networks']['b'] = {'cost': {'gpu0': [1.0]}}
    assert len(problem_from(data).networks) == 2


def test_a_unit_that_is_lost_at_the_start_is_not_planned_for():
    def change(unit, state, at_s=0):
        return {'at_s': at_s, 'unit': unit, 'set': {'state': state}}

    data = {
        'units': ['gpu0', 'dla0', 'cpu0'],
        'networks': {'n': {'cost': {'gpu': [1, 2], 'dla': [3, 4]}}, 'm': {'cost': {'cpu': 1}}},
        'transitions': [{'from': 'dla0', 'to': 'gpu0', 'ms': 1}],
    }
    lost = [change('dla0', 'unavailable'), change('gpu0', 'unavailable', 1.0)]
    problem = problem_of(make_system({**data, 'changes': lost}))
    assert problem.units == ('gpu0', 'cpu0') and set(problem.kinds) == {'gpu0', 'cpu0'}
    assert [set(network.times_ms) for network in problem.networks] == [{'gpu0'}, {'cpu0'}]
    back = problem_of(make_system({**data, 'changes': [*lost, change('dla0', 'available')]}))
    assert back.units == ('gpu0', 'dla0', 'cpu0')
    with pytest.raises(ConfigError) as error:
        problem_of(make_system({**data, 'changes': [change('cpu0', 'unavailable')]}))
    problem = 'leave no unit to stage infer of m: it can run on cpu0 only'
    assert str(error.value) == f'system: changes: {problem}'
