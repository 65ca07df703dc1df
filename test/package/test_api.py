# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The public interface: what docs/api.md names is there, and importing it costs nothing."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from children import TIMEOUT_S

import edge_sched_ros as es

PAGE = (Path(__file__).resolve().parents[2] / 'docs' / 'api.md').read_text(encoding='utf-8')


@pytest.mark.parametrize('name', [name for name in es.__all__ if name != '__version__'])
def test_every_public_name_is_there_and_documented(name):
    found = getattr(es, name)
    assert f'`es.{name}' in PAGE
    if inspect.isclass(found) or inspect.isfunction(found):
        assert inspect.getdoc(found)


def test_the_page_names_nothing_else():
    assert set(re.findall(r'`es\.(\w+)', PAGE)) <= set(es.__all__)
    assert set(es.__all__) <= set(dir(es))


def test_signatures_are_those_of_the_page():
    for name, signature in re.findall(r'`es\.(\w+)(\([^`]*\))`', PAGE):
        parameters = inspect.signature(getattr(es, name)).parameters.values()
        found = [
            f'*{one.name}'
            if one.kind is one.VAR_POSITIONAL
            else one.name + ('' if one.default is one.empty else f'={one.default!r}')
            for one in parameters
        ]
        for one in found:
            assert one in signature, (name, one)


def test_what_is_not_there_is_no_attribute():
    with pytest.raises(AttributeError, match='nothing_of_that_name'):
        es.nothing_of_that_name  # noqa: B018


def test_importing_it_loads_no_library():
    code = 'import sys, edge_sched_ros; print(*sorted({n.partition(".")[0] for n in sys.modules}))'
    out = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True, timeout=TIMEOUT_S
    ).stdout.split()
    assert not {'numpy', 'pydantic', 'yaml', 'onnxruntime', 'cv2', 'rclpy'} & set(out)


def test_a_system_is_simulated_and_compared():
    robot = es.make_system(
        {'units': ['gpu0'], 'costs': {'n': {'gpu': 4}}},
        {'tasks': {'t': {'network': 'n', 'period_ms': 10}}},
        name='robot',
    )
    run = es.simulate(robot, seconds=0.5, policy='edf')
    assert run['workload'] == 'robot' and run['tasks']['t']['on_time'] in (50, 51)
    both = es.compare({'one': robot}, ['edf', 'fcfs'], seeds=2, seconds=0.2)
    assert {run['policy'] for run in both['runs']} == {'edf', 'fcfs'} and len(both['runs']) == 4
    busier = es.simulate(robot, seconds=0.5, load=0.9)
    assert busier['units']['gpu0']['utilisation'] == pytest.approx(0.9, abs=0.03)


def test_a_system_is_planned():
    pytest.importorskip('ortools', reason='needs OR-tools')
    pair = {'a': {'cost': {'gpu': [2, 2], 'dla': [3, 3]}}, 'b': {'cost': {'gpu': 4, 'dla': 5}}}
    found = es.plan(es.make_system({'units': ['gpu', 'dla'], 'networks': pair}))
    assert found['optimal'] and found['value'] == pytest.approx(5)
    assert found['mapping'] == {'a': ['gpu', 'gpu'], 'b': ['dla']}
    with pytest.raises(es.ConfigError, match='objective: must be one of max-throughput'):
        es.plan(es.make_system({'units': ['gpu'], 'networks': pair}), objective='best')


def test_a_system_is_analysed_and_placed():
    system = es.make_system(
        {
            'devices': {'a': {'units': ['gpu0']}, 'b': {'units': ['gpu0']}},
            'costs': {'n': {'gpu': 10}},
            'tasks': {
                name: {'network': 'n', 'rate_per_s': 40, 'device': 'a', 'deadline_ms': 60}
                for name in ('one', 'two')
            },
        }
    )
    found = es.analyse(system)
    assert found['tasks']['one']['utilisation'] == pytest.approx(0.8)
    assert not found['tasks']['one']['feasible'] and found['tasks']['one']['reason']
    tasks = {name: task.model_copy(update={'device': ''}) for name, task in system.tasks.items()}
    placed = es.place(system.model_copy(update={'tasks': tasks}))
    assert sorted(placed['assignments'].values()) == ['a', 'b']
    with pytest.raises(es.ConfigError, match='algorithm: '):
        es.place(system, algorithm='best')


def test_what_cannot_be_run_is_one_line():
    with pytest.raises(es.ConfigError, match=r'^robot: tasks: is missing$'):
        es.simulate(es.make_system({'units': ['gpu0']}, name='robot'))
    with pytest.raises(es.ConfigError, match=r'^robot: units: is missing'):
        tasks = {'t': {'network': 'n', 'period_ms': 10}}
        es.simulate(es.make_system({'tasks': tasks, 'costs': {'n': {'gpu': 4}}}, name='robot'))
    with pytest.raises(es.ConfigError, match='edfx'):
        made = es.make_system({'units': ['gpu0'], 'costs': {'n': {'gpu': 4}}})
        es.simulate(
            made.model_copy(
                update={
                    'tasks': es.make_system(
                        {'tasks': {'t': {'network': 'n', 'period_ms': 10}}}
                    ).tasks
                }
            ),
            policy='edfx',
        )


SMALL = {
    'units': ['gpu0'],
    'networks': {'d': {'cost': {'gpu': 10}}},
    'tasks': {'t': {'network': 'd', 'period_ms': 100}},
}


@pytest.mark.parametrize(
    ('name', 'arguments', 'key'),
    [
        ('simulate', {'system': SMALL}, 'system'),
        ('simulate', {'system': None}, 'system'),
        ('simulate', {'policy': None}, 'policy'),
        ('simulate', {'seconds': -1}, 'seconds'),
        ('simulate', {'seconds': 0}, 'seconds'),
        ('simulate', {'seconds': '1'}, 'seconds'),
        ('simulate', {'seconds': float('nan')}, 'seconds'),
        ('simulate', {'seconds': float('inf')}, 'seconds'),
        ('simulate', {'seed': 1.5}, 'seed'),
        ('simulate', {'seed': None}, 'seed'),
        ('simulate', {'load': 0}, 'load'),
        ('simulate', {'load': True}, 'load'),
        ('simulate', {'load': float('nan')}, 'load'),
        ('simulate', {'parameters': [1]}, 'parameters'),
        ('compare', {'systems': []}, 'systems'),
        ('compare', {'systems': {}}, 'systems'),
        ('compare', {'systems': {'a': SMALL}}, 'systems.a'),
        ('compare', {'systems': {1: es.make_system(SMALL)}}, 'systems'),
        ('compare', {'policies': 'edf'}, 'policies'),
        ('compare', {'policies': []}, 'policies'),
        ('compare', {'policies': ['edf', 'edf']}, 'policies'),
        ('compare', {'policies': [1]}, 'policies'),
        ('compare', {'seeds': 0}, 'seeds'),
        ('compare', {'jobs': 0}, 'jobs'),
        ('plan', {'system': None}, 'system'),
        ('plan', {'latency_bound_ms': 'x'}, 'latency_bound_ms'),
        ('plan', {'max_switches': 1.5}, 'max_switches'),
        ('plan', {'max_switches': -1}, 'max_switches'),
        ('plan', {'time_limit_s': 0}, 'time_limit_s'),
        ('analyse', {'system': SMALL}, 'system'),
        ('analyse', {'system': es.make_system({'units': ['gpu0']})}, 'system: tasks'),
        ('place', {'system': None}, 'system'),
        ('place', {'algorithm': None}, 'algorithm'),
    ],
)
def test_a_wrong_argument_is_named(name, arguments, key):
    system = es.make_system(SMALL)
    usual = {'systems': {'a': system}, 'policies': ['edf']}
    usual = usual if name == 'compare' else {'system': system}
    with pytest.raises(es.ConfigError) as error:
        getattr(es, name)(**{**usual, **arguments})
    assert error.value.where == key and error.value.problem


def test_what_is_no_file_and_no_mapping_is_named():
    for call, where in (
        (lambda: es.load_system(None), 'files'),
        (lambda: es.load_system(['a.yaml']), 'files'),
        (lambda: es.make_system(None), 'system'),
        (lambda: es.make_system('robot.yaml'), 'system'),
        (lambda: es.make_system(SMALL, name=3), 'name'),
        (lambda: next(es.read_topic(None, '/a')), 'bag'),
    ):
        with pytest.raises(es.ConfigError) as error:
            call()
        assert error.value.where == where
    with pytest.raises(es.ConfigError, match=r'es.load_system reads files'):
        es.make_system('robot.yaml')
