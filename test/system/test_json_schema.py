# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What ``edge-sched schema`` prints, as an editor uses it: it marks mistakes, and nothing else."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

pytest.importorskip('jsonschema', reason='the schema is checked with jsonschema')

import jsonschema

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.yaml_file import read_mapping
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.schema_docs import json_schema

CHECKOUT = Path(__file__).resolve().parents[2]
DATA = CHECKOUT / 'edge_sched_ros' / 'system' / 'data'
FILES = sorted(
    path
    for folder in (DATA, *(CHECKOUT / 'config' / name for name in ('capacity', 'placement')))
    for path in folder.rglob('*.yaml')
)
FILES += sorted(
    path for name in ('plans', 'platforms') for path in (CHECKOUT / 'config' / name).iterdir()
)
FILES += [CHECKOUT / 'config' / 'kubernetes' / 'types.yaml']
#: has every part of the format once
EVERYTHING = {
    'format': 1,
    'name': 'a robot',
    'units': {'gpu0': {'kind': 'gpu', 'speed': 2.0}, 'cpu0': None},
    'transitions': [{'from': 'cpu0', 'to': 'gpu0', 'ms': 0.5}],
    'contention': {'model': 'pairwise', 'slowdown': {'cpu0': {'gpu0': 1.5}}},
    'memory_mib': 4096,
    'power_modes': {'low': {'speeds': {'gpu0': 0.5}}},
    'latency_cv': 0.1,
    'costs': {'listed': {'gpu': 3, 'cpu': {'latency_ms': 30, 'cv': 0.2, 'per_item_ms': 1}}},
    'networks': {
        'short': {'cost': {'gpu': [3, None, 4], 'cpu': {'latency_ms': [9, 8, 7], 'leave_ms': 1}}},
        'long': {
            'variants': {
                'base': {'stages': [{'name': 'infer', 'library': 'listed', 'scale': 2}]},
                'light': {'accuracy': 0.9, 'cost': {'gpu': 1}, 'sha256': '0123456789abcdef'},
            },
            'max_switches': 2,
        },
        'cut': {
            'inputs': ['image'],
            'outputs': ['out'],
            'tensors': {
                'image': {'dtype': 'float32', 'shape': [1, 3, 32, 32]},
                'cut0': {'dtype': 'float16', 'shape': [1, 8]},
                'out': {'dtype': 'uint8', 'shape': [4]},
            },
            'stages': [
                {'name': 'seg0', 'inputs': ['image'], 'outputs': ['cut0'], 'cost': {'gpu': 1}},
                {'name': 'seg1', 'inputs': ['cut0'], 'outputs': ['out'], 'cost': {'cpu': 1}},
            ],
        },
    },
    'streams': {'camera': {'period_ms': 33, 'arrivals': 'poisson'}},
    'tasks': {
        'detector': {'network': 'long', 'stream': 'camera', 'deadline_ms': 50, 'priority': 2},
        'tracker': {
            'network': 'short',
            'after': 'detector',
            'probability': 0.5,
            'fan_out': [1, 4],
            'every_n': 2,
        },
        'other': {'stages': [{'network': 'listed', 'unit': 'cpu0'}], 'rate_per_s': 2},
    },
    'changes': [{'at_s': 1, 'unit': 'gpu0', 'set': {'speed': 0.5}}],
}
WRONG = [
    {'taskz': {}},
    {'format': 2},
    {'format': True},
    {'units': 'gpu0'},
    {'units': ['gpu0', 'gpu0']},
    {'units': ['0gpu']},
    {'units': {'0gpu': {}}},
    {'units': {'gpu0': {'sped': 2}}},
    {'units': {'gpu0': {'speed': 0}}},
    {'units': {'gpu0': {'speed': '2'}}},
    {'units': {'gpu0': {'kind': 'toaster'}}},
    {'units': {'gpu0': {'slots': 1.5}}},
    {'units': {'gpu0': {'slots': True}}},
    {'costs': {'n': {'gpu': None}}},
    {'costs': {'n': {'gpu': -1}}},
    {'costs': {'n': {'gpu': 'ten'}}},
    {'costs': {'n': {'gpu': {'service_ms': 10}}}},
    {'costs': {'n': {'gpu': {'latency_ms': [10]}}}},
    {'costs': {'n': {'gpu': {'cv': 0.1}}}},
    {'networks': {'n': {'cost': {'gpu': 'ten'}}}},
    {'networks': {'n': {'cost': {'gpu': []}}}},
    {'networks': {'n': {'costt': {'gpu': 3}}}},
    {'networks': {'n': {'stages': [{'cost': {'gpu': 3}}]}}},
    {'networks': {'n': {'stages': [{'name': 'a', 'cost': {'gpu': 3}, 'chance': 0}]}}},
    {'networks': {'n': {'variants': {}}}},
    {'networks': {'n': {'variants': {'0': {'cost': {'gpu': 3}}}}}},
    {'tasks': {'t': {'network': 'n', 'periodms': 3}}},
    {'tasks': {'t': {'network': 'n', 'period_ms': 0}}},
    {'tasks': {'t': {'network': 'n', 'period_ms': 3, 'priority': 0.5}}},
    {'tasks': {'t': {'network': 'n', 'period_ms': 3, 'objective': 'p42'}}},
    {'tasks': {'t': {'network': 'n', 'after': 'u', 'probability': 1.5}}},
    {'tasks': {'_t': {'network': 'n', 'period_ms': 3}}},
    {'streams': {'s': {'period_ms': 33, 'arrivals': 'sometimes'}}},
    {'transitions': [{'from': 'a', 'too': 'b', 'ms': 1}]},
    {'transitions': [{'from': 'a', 'to': 'b', 'ms': -1}]},
    {'contention': {'model': 'gravity'}},
    {'changes': [{'at_s': -1, 'unit': 'gpu0', 'set': {'speed': 0.5}}]},
    {'memory_mib': 1e10},
    {'devices': {'a': {'units': {'gpu0': {'sped': 2}}}}},
]  # fmt: skip


@cache
def validator():
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def marked(data):
    """Return what an editor marks first; empty for nothing."""
    # JSON has no keys but texts
    errors = list(validator().iter_errors(json.loads(json.dumps(data))))
    return str(jsonschema.exceptions.best_match(errors).message) if errors else ''


def refused(data):
    """Return what the tools say of a file; empty when they read it."""
    try:
        parse_system(('f', data))
    except ConfigError as error:
        return str(error)
    return ''


@pytest.mark.parametrize('path', FILES, ids=lambda path: path.stem)
def test_nothing_is_marked_in_the_files_of_this_repository(path):
    data = read_mapping(path)
    assert data and marked(data) == ''


def test_nothing_is_marked_in_files_on_the_pages():
    pytest.importorskip('markdown_it', reason='pages are read with markdown-it-py')
    from pages import blocks
    from pages import pages

    found = [
        yaml.safe_load(block.text)
        for page in pages()
        for block in blocks(page)
        if block.notes.get('read as') == 'system'
    ]
    assert found and all(marked(data) == '' for data in found)


def test_nothing_is_marked_in_a_file_with_every_part():
    assert (refused(EVERYTHING), marked(EVERYTHING)) == ('', '')


@pytest.mark.parametrize('data', WRONG, ids=lambda data: json.dumps(data)[:50])
def test_a_mistake_is_marked_that_the_tools_refuse(data):
    assert refused(data) and marked(data)


def _places(data, way=()):
    """Yield every place of a file: the keys down to a value."""
    if way:
        yield way
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _places(value, (*way, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _places(value, (*way, index))


PLACES = list(_places(EVERYTHING))
#: in place of a value; ``...`` for none at all
VALUES = [..., None, True, 0, 1, -1, 2.5, 1e12, '', 'gpu0', '0', 'a b', [], [1], {}, {'x': 1}]


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(PLACES), st.sampled_from(VALUES))
def test_what_the_tools_read_is_never_marked(way, value):
    data = copy.deepcopy(EVERYTHING)
    at = data
    for key in way[:-1]:
        at = at[key]
    if value is ...:
        del at[way[-1]]
    else:
        at[way[-1]] = value
    if not refused(data):
        assert marked(data) == ''


@settings(deadline=None, max_examples=100)
@given(st.sampled_from([way for way in PLACES if isinstance(way[-1], str)]))
def test_a_key_nobody_knows_is_marked_where_the_tools_refuse_it(way):
    data = copy.deepcopy(EVERYTHING)
    at = data
    for key in way[:-1]:
        at = at[key]
    at['no such key'] = at[way[-1]]
    if 'there is no such key' in refused(data):
        assert marked(data)
