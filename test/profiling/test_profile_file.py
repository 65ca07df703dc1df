# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Profile files: written whole, read strictly."""

from __future__ import annotations

import copy
import os

import pytest
import yaml
from profiles import profile_data

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.profiling.profile_file import parse_profile
from edge_sched_ros.profiling.profile_file import read_profile
from edge_sched_ros.profiling.profile_file import write_profile

INFER = 'networks.net.variants.base.stages.infer'


def _changed(path: str, value: object) -> dict:
    """Return a profile with another value at a key; ``...`` for none at all."""
    data = copy.deepcopy(profile_data())
    at = data
    *way, last = path.split('.')
    for part in way:
        at = at[part]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return data


def test_it_comes_back_as_it_was(tmp_path):
    profile = parse_profile(profile_data(), 'here')
    write_profile(tmp_path / 'p.yaml', profile)
    assert read_profile(tmp_path / 'p.yaml') == profile


def test_everything_is_kept(tmp_path):
    pair = {
        'unit': 'cpu0', 'network': 'net', 'stage': 'infer', 'other_unit': 'gpu0',
        'other_network': 'net', 'alone_ms': 1.0, 'beside_ms': 1.5, 'runs': 20,
    }  # fmt: skip
    data = profile_data(
        transitions_ms={'cpu0': {'gpu0': 0.25}},
        corun={'slowdown': {'cpu0': {'gpu0': 1.5}}, 'pairs': [pair]},
        picture='a wall',
    )
    path = tmp_path / 'p.yaml'
    write_profile(path, parse_profile(data, 'here'))
    found = yaml.safe_load(path.read_text())
    assert found['corun'] == data['corun']
    assert found['transitions_ms'] == data['transitions_ms']
    assert found['picture'] == 'a wall'


@pytest.mark.parametrize(
    ('path', 'value', 'key', 'problem'),
    [
        ('version', ..., 'version', 'must be 1'),
        ('version', 2, 'version', 'must be 1, not 2'),
        ('version', True, 'version', 'must be 1, not True'),
        (f'{INFER}.cpux', {}, f'{INFER}.cpux', "and a number, not 'cpux'"),
        (f'{INFER}.npu0', {}, f'{INFER}.npu0', "and a number, not 'npu0'"),
        (
            f'{INFER}.cpu0.p50_ms',
            -1.0,
            f'{INFER}.cpu0.p50_ms',
            'must be greater than or equal to 0, not -1.0',
        ),
        (f'{INFER}.cpu0.p50_ms', 'fast', f'{INFER}.cpu0.p50_ms', "must be a number, not 'fast'"),
        (f'{INFER}.cpu0.p50_ms', float('nan'), f'{INFER}.cpu0.p50_ms', 'must be'),
        (f'{INFER}.cpu0.p50_ms', ..., f'{INFER}.cpu0.p50_ms', 'is missing'),
        (f'{INFER}.cpu0.p50_ms', 99.0, f'{INFER}.cpu0', 'must not fall'),
        (f'{INFER}.cpu0.runs', 0, f'{INFER}.cpu0.runs', 'must be greater than or equal to 1'),
        (f'{INFER}.cpu0.p50_us', 4000.0, f'{INFER}.cpu0.p50_us', 'give p50_ms, in milliseconds'),
        (f'{INFER}.cpu0.mean_s', 0.1, f'{INFER}.cpu0.mean_s', 'give mean_ms, in milliseconds'),
        (f'{INFER}.cpu0.memory_mb', 1.0, f'{INFER}.cpu0.memory_mb', 'give memory_mib, in MiB'),
        (f'{INFER}.cpu0.energy_j', 1.0, f'{INFER}.cpu0.energy_j', 'energy_mj, in millijoules'),
        ('transitions_us', {}, 'transitions_us', 'give transitions_ms, in milliseconds'),
        (f'{INFER}.cpu0.speed', 1.0, f'{INFER}.cpu0.speed', 'there is no such key'),
        (f'{INFER}.cpu0', 4.0, f'{INFER}.cpu0', 'must be a mapping'),
        ('networks', [], 'networks', 'must be a mapping'),
        ('networks.net.variants', {}, 'networks.net.variants', 'must not be empty'),
        ('date', 'yesterday', 'date', 'must be a date and time'),
        ('machine', ..., 'machine', 'is missing'),
        ('transitions_ms', {'cpu0': {'cpu1': -1}}, 'transitions_ms.cpu0.cpu1', 'or equal to 0'),
        ('transitions_ms', {'cpu0': {'x': 1}}, 'transitions_ms.cpu0.x', "and a number, not 'x'"),
        (
            'corun',
            {'slowdown': {'cpu0': {'cpu1': 0.5}}},
            'corun.slowdown.cpu0.cpu1',
            'must be greater than or equal to 1, not 0.5',
        ),
    ],
)
def test_what_cannot_be_is_one_line_that_names_file_and_key(tmp_path, path, value, key, problem):
    file = tmp_path / 'p.yaml'
    file.write_text(yaml.safe_dump(_changed(path, value)))
    with pytest.raises(ConfigError) as caught:
        read_profile(file)
    assert caught.value.where == f'{file}: {key}'
    assert problem in caught.value.problem
    assert '\n' not in str(caught.value)


def test_a_key_in_another_unit_of_measure_goes_before_the_one_that_is_missing():
    data = profile_data()
    costs = data['networks']['net']['variants']['base']['stages']['infer']['cpu0']
    costs['p50_us'] = 1000 * costs.pop('p50_ms')
    with pytest.raises(ConfigError, match=r'cpu0\.p50_us: is in another unit .*: give p50_ms'):
        parse_profile(data, 'p.yaml')


@pytest.mark.parametrize(
    ('text', 'problem'),
    [
        ('[1, 2]', 'is not a mapping'),
        ('a: [', 'cannot be read'),
        ('version: 1\nversion: 1\n', 'given twice'),
        ('', 'is not a mapping'),
    ],
)
def test_what_is_no_profile(tmp_path, text, problem):
    file = tmp_path / 'p.yaml'
    file.write_text(text)
    with pytest.raises(ConfigError, match=problem) as caught:
        read_profile(file)
    assert str(file) in str(caught.value)


def test_there_is_no_file(tmp_path):
    with pytest.raises(ConfigError, match=r'none\.yaml: cannot be read: No such file'):
        read_profile(tmp_path / 'none.yaml')


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / 'p.yaml'
    profile = parse_profile(profile_data(), 'here')
    write_profile(path, profile)
    before = path.read_bytes()

    def full(_file: int) -> None:
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(ConfigError, match='cannot be written: No space left'):
        write_profile(path, profile.model_copy(update={'picture': 'another'}))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path], 'nothing is left behind'


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match='cannot be written: No such file'):
        write_profile(tmp_path / 'none' / 'p.yaml', parse_profile(profile_data(), 'here'))
