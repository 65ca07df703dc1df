# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Profiles: system files that are written whole, for people, and read strictly."""

from __future__ import annotations

import os

import pytest
import yaml
from profiles import cost
from profiles import measured_on
from profiles import profile
from profiles import profile_data
from profiles import stages

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.profiling.profile_file import read_profile
from edge_sched_ros.profiling.profile_file import write_profile
from edge_sched_ros.system.writing import system_data

INFER = 'networks.net.variants.base.stages.1.cost'
PAIR = {
    'unit': 'cpu0', 'network': 'net', 'stage': 'infer', 'other_unit': 'gpu0',
    'other_network': 'net', 'alone_ms': 1.0, 'beside_ms': 1.5, 'runs': 20,
}  # fmt: skip


def _changed(path: str, value: object) -> dict:
    """Return a profile with another value at a key; ``...`` for none at all."""
    data = profile_data()
    at = data
    *way, last = path.split('.')
    for part in way:
        at = at[int(part) if isinstance(at, list) else part]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return data


def test_it_comes_back_as_it_was(tmp_path):
    write_profile(tmp_path / 'p.yaml', profile())
    assert system_data(read_profile(tmp_path / 'p.yaml')) == system_data(profile())


def test_everything_is_kept_also_what_somebody_has_added(tmp_path):
    data = profile_data(
        transitions=[{'from': 'cpu0', 'to': 'gpu0', 'ms': 0.25}],
        contention={'model': 'pairwise', 'slowdown': {'cpu0': {'gpu0': 1.5}}, 'source': 'a test'},
        measured=measured_on(picture='a wall', pairs=[PAIR]),
        tasks={'detector': {'network': 'net', 'period_ms': 50.0}},
        memory_mib=4096.0,
    )
    write_profile(tmp_path / 'p.yaml', profile(data))
    assert yaml.safe_load((tmp_path / 'p.yaml').read_text()) == data


def test_it_says_nothing_that_says_nothing_and_numbers_before_where_they_come_from(tmp_path):
    infer = cost(4.0, per_item_ms=None, source='edge-sched profile', confidence='A')
    infer['measured']['energy_source'] = ''
    networks = {'net': {'variants': {'base': {'stages': stages(infer={'cpu0': infer})}}}}
    machine = {'model': None, 'cpu': 'Core', 'cores': 2, 'cpu_quota': None}
    measured = measured_on(machine=machine, power_mode=None, picture='', pairs=[])
    data = profile_data(networks=networks, measured=measured, units={'cpu0': {'kind': 'cpu'}})
    write_profile(tmp_path / 'p.yaml', profile(data))
    spread = 'p95_ms: 8.0, p99_ms: 12.0, mean_ms: 4.4, half_width_ms: 0.04, level: 0.95, runs: 100'
    assert (
        (tmp_path / 'p.yaml').read_text()
        == f"""\
# Written by edge-sched profile; docs/profiling.md explains the numbers.
format: 1
measured:
  date: '2026-01-31T12:00:00+00:00'
  machine: {{cpu: Core, cores: 2}}
  versions: {{onnxruntime: 1.2.3, python: 3.11.7}}
units:
  cpu0: {{kind: cpu}}
networks:
  net:
    variants:
      base:
        stages:
        - name: infer
          cost:
            cpu0:
              latency_ms: 4.0
              source: edge-sched profile
              confidence: A
              measured: {{{spread}}}
"""
    )


@pytest.mark.parametrize(
    ('path', 'value', 'key', 'problem'),
    [
        ('format', 2, 'format', 'is 2; this can read format 1'),
        ('format', True, 'format', 'is True; this can read format 1'),
        ('version', 1, 'version', 'is called format now'),
        (f'{INFER}.cpu0.p50_ms', 1.0, f'{INFER}.cpu0.p50_ms', 'is called latency_ms now'),
        (f'{INFER}.cpu0.p95_ms', 1.0, f'{INFER}.cpu0.p95_ms', 'is called measured.p95_ms now'),
        ('transitions_ms', {}, 'transitions_ms', 'is called transitions, a list of'),
        ('corun', {}, 'corun', 'is called contention, as in'),
        ('machine', {}, 'machine', 'is called measured.machine now'),
        (f'{INFER}.cpu0.latency_ms', -1.0, f'{INFER}.cpu0.latency_ms', 'or equal to 0, not -1.0'),
        (f'{INFER}.cpu0.latency_ms', 'fast', f'{INFER}.cpu0.latency_ms', "number, not 'fast'"),
        (f'{INFER}.cpu0.latency_ms', ..., f'{INFER}.cpu0.latency_ms', 'is missing'),
        (f'{INFER}.cpu0.latency_ms', 99.0, f'{INFER}.cpu0', 'must not fall'),
        (f'{INFER}.cpu0.measured.runs', 0, f'{INFER}.cpu0.measured.runs', 'or equal to 1'),
        (f'{INFER}.cpu0.latency_us', 4e3, f'{INFER}.cpu0.latency_us', 'give latency_ms, in mill'),
        (f'{INFER}.cpu0.memory_mb', 1.0, f'{INFER}.cpu0.memory_mb', 'give memory_mib, in MiB'),
        (f'{INFER}.cpu0.energy_j', 1.0, f'{INFER}.cpu0.energy_j', 'energy_mj, in millijoules'),
        ('measured.date', 'yesterday', 'measured.date', 'must be a date and time'),
        ('measured.machine', ..., 'measured.machine', 'is missing'),
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


def test_a_file_of_an_older_profile_command_says_what_to_do(tmp_path):
    file = tmp_path / 'p.yaml'
    file.write_text("version: 1\nmachine: {cores: 2}\ndate: '2026-01-31'\ncorun: {}\n")
    with pytest.raises(ConfigError) as caught:
        read_profile(file)
    assert str(caught.value) == (
        f'{file}: version: was written by an older edge-sched profile: measure again into another '
        'file, or change its keys (docs/system_file.md#old-files)'
    )


def test_there_is_no_file(tmp_path):
    with pytest.raises(ConfigError, match=r'none\.yaml: cannot be read: No such file'):
        read_profile(tmp_path / 'none.yaml')


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / 'p.yaml'
    write_profile(path, profile())
    before = path.read_bytes()

    def full(_file: int) -> None:
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(os, 'fsync', full)
    with pytest.raises(ConfigError, match='cannot be written: No space left'):
        write_profile(path, profile(measured=measured_on(picture='another')))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path], 'nothing is left behind'


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(ConfigError, match='cannot be written: '):
        write_profile(tmp_path / 'file' / 'p.yaml', profile())
