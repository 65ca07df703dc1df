# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Planning files: what they mean, and one line for whatever is wrong."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.contention import Pairwise
from edge_sched_ros.planning.contention import Piecewise
from edge_sched_ros.planning.plan_file import load_problem
from edge_sched_ros.planning.plan_file import parse_problem
from edge_sched_ros.planning.schema import PlanFile

FILE = {
    'units': {'gpu0': {'active_mw': 5000}, 'dla0': {'kind': 'dla'}},
    'networks': {
        'a': {
            'times_ms': {'gpu0': [1.0, 2.0, 3.0], 'dla0': [2, None, 4.0]},
            'energy_mj': {'dla0': [1.0, 0.0, 2.0]},
            'leave_ms': {'gpu0': 0.5, 'dla0': [0.1, 0.2]},
        }
    },
    'transitions': [{'from': 'gpu0', 'to': 'dla0', 'ms': 0.25}],
}


def test_what_a_file_means():
    problem = parse_problem(FILE, 'own.yaml')
    (network,) = problem.networks
    assert problem.kinds == {'gpu0': 'gpu', 'dla0': 'dla'}
    assert network.units_of(1) == ['gpu0']
    assert network.max_switches == 1
    # by table, else power times time
    assert problem.energy(network, ('dla0', 'gpu0', 'gpu0')) == 1.0 + 10.0 + 15.0
    assert problem.switch_ms(network, 0, 'gpu0', 'dla0') == (0.5, 0.25)
    assert problem.switch_ms(network, 1, 'dla0', 'gpu0') == (0.2, 0.0)
    assert not problem.contention.acts


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
    assert not parse_problem(_with('contention', model), 'own.yaml').contention.acts


def test_contention_models():
    pairwise = {'model': 'pairwise', 'slowdown': {'gpu0': {'dla0': 1.5}}}
    found = parse_problem(_with('contention', pairwise), 'own.yaml').contention
    assert found == Pairwise({'gpu0': {'dla0': 1.5}})
    piecewise = {'model': 'piecewise', 'knee_gbps': 10, 'slope': 2, 'bandwidth_gbps': 50}
    found = parse_problem(_with('contention', piecewise), 'own.yaml').contention
    assert found == Piecewise(10, 2, 50, 4.0)


def test_units_may_be_a_plain_list():
    assert parse_problem(_with('units', ['gpu0', 'dla0']), 'own.yaml').units == ('gpu0', 'dla0')


TIMES = 'networks/a/times_ms'


@pytest.mark.parametrize(
    ('path', 'value', 'message'),
    [
        (
            f'{TIMES}/npu',
            [1, 2, 3],
            "networks.a.times_ms: unknown unit 'npu' (there are gpu0, dla0)",
        ),
        (f'{TIMES}/dla0', [1, -2, 3], 'networks.a.times_ms.dla0.1: must be greater'),
        (f'{TIMES}/dla0', [1, 2], 'networks.a.times_ms.dla0: has 2 groups, times_ms.gpu0 has 3'),
        (f'{TIMES}/gpu0', [1, None, 3], 'networks.a.times_ms: no unit can run group 1'),
        (f'{TIMES}/gpu0', [1, 'x', 3], "networks.a.times_ms.gpu0.1: must be a number, not 'x'"),
        (f'{TIMES}/gpu0', [1, True, 3], 'networks.a.times_ms.gpu0.1: must be a number, not True'),
        (f'{TIMES}/gpu0', [1, float('nan'), 3], 'networks.a.times_ms.gpu0.1: must be'),
        (f'{TIMES}/gpu0', [], 'networks.a.times_ms.gpu0: must not be empty'),
        (f'{TIMES}/gpu0', 3.0, 'networks.a.times_ms.gpu0: must be a list, not 3.0'),
        (TIMES, {}, 'networks.a.times_ms: must not be empty'),
        ('networks/a/energy_mj', {'dla0': [1]}, 'networks.a.energy_mj.dla0: has 1 groups'),
        (
            'networks/a/leave_ms',
            {'gpu0': [1]},
            'networks.a.leave_ms.gpu0: has 1 numbers, but there are 2 cuts',
        ),
        ('networks/a/leave_ms', {'gpu0': -1}, 'networks.a.leave_ms.gpu0: must be greater than'),
        (
            'networks/a/enter_ms',
            {'x': 1},
            "networks.a.enter_ms: there are no times_ms for unit 'x'",
        ),
        ('networks/a/max_switches', -1, 'networks.a.max_switches: must be greater'),
        ('networks/a/latency_ms', {}, 'networks.a.latency_ms: there is no such key'),
        ('networks', {}, 'networks: must not be empty'),
        ('networks/2x', {}, 'networks.2x: must be a letter'),
        ('units', {}, 'units: must not be empty'),
        ('units/gpu0', {'kind': 'npu'}, 'units.gpu0.kind: must be one of cpu, gpu'),
        ('transitions', [{'from': 'x', 'to': 'gpu0', 'ms': 1}], "transitions.0: unknown unit 'x'"),
        ('contention', {'model': 'magic'}, 'contention'),
        (
            'contention',
            {'model': 'pairwise', 'slowdown': {'gpu0': {'dla0': 0.5}}},
            'contention.slowdown.gpu0.dla0: must be greater',
        ),
        (
            'contention',
            {'model': 'pairwise', 'slowdown': {'gpu0': {'x': 2}}},
            "contention.slowdown.gpu0: unknown unit 'x'",
        ),
        ('max_switches', 1.5, 'max_switches: must be a whole number'),
        ('deadline', 1, 'deadline: there is no such key'),
    ],
)
def test_whatever_is_wrong_is_one_line(path, value, message):
    with pytest.raises(ConfigError) as error:
        parse_problem(_with(path, value), 'own.yaml')
    assert str(error.value).startswith(f'own.yaml: {message}')
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('units: {a: {}, a: {}}\n', "own.yaml:1: cannot be read: the key 'a' is given twice"),
        ('- 1\n', 'own.yaml: is not a mapping'),
        ('units: [\n', 'own.yaml:1: cannot be read'),
        ('{}\n', 'own.yaml: units: is missing'),
    ],
)
def test_files_that_cannot_be_read(tmp_path, monkeypatch, text, message):
    monkeypatch.chdir(tmp_path)
    Path('own.yaml').write_text(text)
    with pytest.raises(ConfigError) as error:
        load_problem(Path('own.yaml'))
    assert str(error.value).startswith(message)


def test_a_file_that_is_not_there():
    with pytest.raises(ConfigError, match=r'none\.yaml: cannot be read: No such file'):
        load_problem(Path('none.yaml'))


def test_every_key_is_described():
    text = (Path(__file__).resolve().parents[2] / 'docs/planning.md').read_text(encoding='utf-8')
    models = [PlanFile]
    seen = set()
    while models:
        model = models.pop()
        for name, field in model.model_fields.items():
            seen.add(field.alias or name)
            for part in _models_in(field.annotation):
                models.append(part)
    assert len(seen) > 15
    for name in seen:
        assert f'`{name}`' in text, name


def _models_in(annotation):
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


@pytest.mark.parametrize('other', [[0, 0], [7.0, 8.0]])
def test_groups_that_take_no_time_are_not_planned(other):
    data = {
        'units': ['gpu0', 'dla0'],
        'networks': {'a': {'times_ms': {'gpu0': [0, 0.0], 'dla0': other}}},
    }
    with pytest.raises(ConfigError, match=r'own\.yaml: networks: every group takes 0 ms'):
        parse_problem(data, 'own.yaml')
    data['networks']['b'] = {'times_ms': {'gpu0': [1.0]}}
    assert len(parse_problem(data, 'own.yaml').networks) == 2
