# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Any number of a system file may be tiny, huge or none: one line names file and key."""

from __future__ import annotations

import copy
import importlib
import math

import pytest
from click.testing import CliRunner
from pydantic import TypeAdapter

from edge_sched_ros.capacity.cluster import make_cluster
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.simulation.limits import check_frames
from edge_sched_ros.simulation.load import least_busy
from edge_sched_ros.simulation.outcome import outcome
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.fields import LEAST
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import Positive
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system import System

FILE = {
    'units': {'cpu0': {'kind': 'cpu', 'active_mw': 2500}, 'gpu0': {'kind': 'gpu', 'slots': 2}},
    'latency_cv': 0.05,
    'networks': {
        'net': {
            'stages': [
                {'name': 'a', 'cost': {'cpu': 4.0, 'gpu': {'latency_ms': 1.5, 'energy_mj': 4}}},
                {'name': 'b', 'cost': {'cpu': {'latency_ms': 2.4, 'per_item_ms': 2.2}}},
            ]
        },
        'other': {'cost': {'gpu': [2.0, 3.5], 'cpu': [3.0, 4.0]}},
    },
    'streams': {'camera': {'period_ms': 33.0, 'jitter_ms': 1.0, 'phase_ms': 2.0}},
    'tasks': {
        'first': {'network': 'other', 'stream': 'camera', 'deadline_ms': 30.0, 'every_n': 2},
        'second': {'network': 'net', 'after': 'first', 'fan_out': [1, 5], 'probability': 0.5},
        'third': {'network': 'net', 'rate_per_s': 5.0, 'min_rate_hz': 1.0, 'priority': 1},
    },
    'changes': [{'at_s': 1.0, 'task': 'third', 'set': {'period_ms': 50.0}}],
}
VALUES = (0, -1, 5e-324, 1e300, math.inf, math.nan, 2**63, 10**400, True, '1', None)


def _places(value, path=()):
    if isinstance(value, dict):
        value = value.items()
    elif isinstance(value, list):
        value = enumerate(value)
    else:
        return [path] if isinstance(value, (int, float)) else []
    return [place for key, each in value for place in _places(each, (*path, key))]


def _with(path, value):
    changed = copy.deepcopy(FILE)
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return changed


def _system(data):
    asked = parse_system(('robot.yaml', data), name='robot')
    system = System(asked, asked.device())
    check_frames(system, 0.1)
    return system


@pytest.mark.parametrize('path', _places(FILE), ids=lambda path: '.'.join(map(str, path)))
def test_a_number_is_taken_or_refused_in_one_line(path):
    for value in VALUES:
        try:
            _system(_with(path, value))
        except ConfigError as error:
            assert len(str(error)) < 500 and 'robot' in error.where


@pytest.mark.parametrize(
    ('path', 'value'),
    [
        (('tasks', 'third', 'rate_per_s'), 1e-300),
        (('tasks', 'third', 'min_rate_hz'), 5e-324),
        (('tasks', 'second', 'fan_out', 1), 2**52),
    ],
)
def test_numbers_whose_inverse_or_product_has_no_end_are_refused(path, value):
    with pytest.raises(ConfigError) as found:
        _system(_with(path, value))
    assert f'robot.yaml: {".".join(map(str, path))}'.startswith(found.value.where)
    assert 'must be' in found.value.problem


ROOFLINE = {
    'units': {'gpu0': {'peak_gflops': 100.0, 'speed': 1.0, 'active_mw': 1}},
    'networks': {'net': {'stages': [{'name': 'a', 'gflops': 8}]}},
    'tasks': {'t': {'network': 'net', 'period_ms': 10}},
}


@pytest.mark.parametrize('read', [System, lambda file: make_cluster(file).entries()])
def test_a_time_from_operations_has_a_limit(read):
    data = copy.deepcopy(ROOFLINE)
    data['units']['gpu0']['peak_gflops'] = 1e-9
    with pytest.raises(ConfigError) as found:
        read(parse_system(('robot.yaml', data)))
    assert found.value.where == 'robot.yaml: networks.net.stages.0.gflops'
    assert found.value.problem == 'gives latency_ms 8e+12 on gpu0; must be at most 1e+09'


@pytest.mark.parametrize('read', [System, lambda file: make_cluster(file).entries()])
def test_a_given_time_at_a_low_speed_has_a_limit(read):
    data = copy.deepcopy(ROOFLINE)
    data['units']['gpu0']['speed'] = 1e-6
    data['networks']['net']['stages'] = [
        {'name': 'a', 'cost': {'gpu0': 1e4}},
        {'name': 'b', 'cost': {'gpu0': 1.0}},
    ]
    with pytest.raises(ConfigError, match=r'robot\.yaml: networks\.net\.stages\.0\.cost: gives'):
        read(parse_system(('robot.yaml', data)))


@pytest.mark.parametrize(
    ('unit', 'least'),
    [({'speed': 9e-7}, '0.000001'), ({'of': 'gpu', 'share': 9e-5}, '0.0001')],
)
def test_speeds_and_shares_have_a_least_value(unit, least):
    data = copy.deepcopy(ROOFLINE)
    data['units']['gpu0'] |= unit
    with pytest.raises(ConfigError, match=rf'units\.gpu0\.(speed|share): .*{least}'):
        parse_system(('robot.yaml', data))
    data['units']['gpu0'] |= {key: float(least) for key in unit if key != 'of'}
    assert parse_system(('robot.yaml', data))


def test_a_load_that_the_solver_does_not_find_is_an_error():
    assert least_busy([{'a': 0.5}], 'f: tasks') == pytest.approx(0.5)
    with pytest.raises(ConfigError, match='f: tasks: have times or rates too far apart'):
        least_busy([{}], 'f: tasks')


def test_a_run_has_a_limit_of_tasks(monkeypatch):
    monkeypatch.setattr('edge_sched_ros.simulation.limits.MOST_TASKS', 2)
    with pytest.raises(ConfigError, match=r'robot\.yaml: tasks: are 3; a run may have 2'):
        _system(FILE)


def test_capacity_has_a_limit_of_tasks_and_tells_what_takes_long(tmp_path, monkeypatch):
    tasks = ', '.join(f't{n}: {{network: n, period_ms: 1000}}' for n in range(3))
    file = tmp_path / 'many.yaml'
    file.write_text(f'units: [cpu0]\nnetworks: {{n: {{cost: {{cpu: 1}}}}}}\ntasks: {{{tasks}}}\n')
    module = importlib.import_module('edge_sched_ros.cli.commands.capacity')
    monkeypatch.setattr(module, '_MANY_TASKS', 2)
    done = CliRunner().invoke(module.capacity, [str(file), '--json'])
    assert done.exit_code == 0 and '3 tasks: this takes minutes' in done.output
    monkeypatch.setattr(module, '_MOST_TASKS', 2)
    done = CliRunner().invoke(module.capacity, [str(file)])
    assert 'many.yaml: tasks: are 3; capacity works out at most 2' in str(done.exception)


def test_the_least_rates_run():
    data = _with(('tasks', 'third', 'rate_per_s'), 1e-6)
    data['tasks']['third']['min_rate_hz'] = 1e-6
    simulator = Simulator(_system(data), policy='edf+drop', seed=0)
    simulator.run(0.1)
    assert outcome(simulator)


def test_a_running_node_refuses_a_tiny_rate_as_well():
    with pytest.raises(ConfigError, match='must be 0, or at least 1e-06'):
        TaskSpec(
            'a',
            (VariantSpec('', (StageSpec('s', ('cpu0',)),)),),
            1,
            stream='camera',
            min_rate_hz=5e-324,
        )


@pytest.mark.parametrize('value', [5e-324, 1e-300])
def test_numbers_next_to_nothing_count_as_a_little_more(value):
    read = TypeAdapter(Positive).validate_python
    assert read(value) == TypeAdapter(NotNegative).validate_python(value) == LEAST
    assert read(2 * LEAST) == 2 * LEAST and TypeAdapter(NotNegative).validate_python(0.0) == 0.0
