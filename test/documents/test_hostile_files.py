# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Suites, systems, plans and files of a cluster that are made to hurt: one short line for each."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from edge_sched_ros.capacity.placement.placement_file import load_problem
from edge_sched_ros.cli.plans import read_plan
from edge_sched_ros.cluster.agent import read_observed
from edge_sched_ros.cluster.types_file import load_types
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.pipeline.settings.parameter_file import read_parameters
from edge_sched_ros.profiling.profile_file import read_profile
from edge_sched_ros.simulation.suite_file import load_suite
from edge_sched_ros.system.loading import load_platform
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.loading import load_workload
from edge_sched_ros.system.system import System
from edge_sched_ros.tracing.run import read_run

#: 10^5 values from five lines
LEVELS = ''.join(f'  k{n}: &a{n + 1} [{", ".join([f"*a{n}"] * 10)}]\n' for n in range(4))
BOMB = f'tasks:\n  k: &a0 [{", ".join(["x"] * 10)}]\n{LEVELS}  more: [{", ".join(["*a4"] * 20)}]\n'
YAML = {
    'values from aliases': BOMB,
    'a key of aliases': f'{BOMB}? *a4\n: 1\n',
    'a number of many digits': f'tasks: {"9" * 10_000}',
    'a number beyond all': 'tasks: {a: {period_ms: 1e400}}',
    'a date': 'tasks: 2024-01-01',
    'brackets': f'tasks: {"[" * 20_000}',
    'braces': f'tasks: {"{a: " * 1000}',
    'a long key': f'{"k" * 10_000}: 1',
    'a key that a terminal obeys': '"\\x1b[31m\\n\\u202e": 1',
    'many wrong keys': ''.join(f'k{n}: v\n' for n in range(200)),
    'a tag': 'tasks: !!python/object/apply:os.system [ls]',
    'a list': '- 1\n',
    'a number alone': '5',
    'nothing': '',
    'no text': '\x00\x01',
    'two documents': 'tasks: {}\n---\ntasks: {}\n',
}
NAMES = ', '.join(f'"n{n}": ["cpu0"]' for n in range(200))
JSON = {
    'brackets': '[' * 20_000,
    'braces': '{"mapping": ' * 10_000,
    'a number of many digits': f'{{"mapping": {"9" * 10_000}}}',
    'no number': '{"mapping": NaN}',
    'a list': '[]',
    'a wrong mapping': '{"mapping": {"a": [1, 2]}}',
    'an empty mapping': '{"mapping": {}}',
    'a long name': f'{{"mapping": {{"{"n" * 10_000}": ["cpu0"]}}}}',
    'a name that a terminal obeys': '{"mapping": {"\\u001b[31m\\n\\u202e": ["cpu0"]}}',
    'half a letter': '{"mapping": {"\\ud800": ["cpu0"]}}',
    'many wrong names': f'{{"mapping": {{{NAMES}}}}}',
    'cut off': '{"mapping": {"a"',
    'no text': '\x00\x01',
    'nothing': '',
}
NODES = Path(__file__).parents[2] / 'config' / 'placement' / 'nodes.yaml'
READERS = {
    'system': load_system,
    'suite': lambda path: load_suite(str(path)),
    'types': load_types,
    'apps': lambda path: load_problem(NODES, path),
    'parameters': read_parameters,
    'profile': read_profile,
    'trace': read_run,
}
#: what is no mistake there, as a later file may have the rest, or other nodes the names
TAKEN = {
    ('system', 'nothing'),
    ('parameters', 'many wrong keys'),
}


def _refused(read, file):
    tracemalloc.start()
    try:
        with pytest.raises(EdgeSchedError) as caught:
            read(file)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    text = str(caught.value)
    assert text.isprintable() and len(text) <= 1000
    assert peak < 4 * file.stat().st_size + (64 << 20)
    return text


@pytest.mark.parametrize('name', YAML)
@pytest.mark.parametrize('reader', READERS)
def test_yaml_that_is_made_to_hurt_gives_one_short_line(tmp_path, reader, name):
    if (reader, name) in TAKEN:
        return
    file = tmp_path / 'own.yaml'
    file.write_text(YAML[name])
    assert 'own.yaml' in _refused(READERS[reader], file)


@pytest.fixture(scope='module')
def planned():
    return System(load_workload('robot_cpu'), load_platform('four_cpus'))


@pytest.mark.parametrize('name', JSON)
def test_a_plan_that_is_made_to_hurt_gives_one_short_line(tmp_path, name, planned):
    file = tmp_path / 'plan.json'
    file.write_text(JSON[name])
    assert 'plan.json' in _refused(lambda path: read_plan(path, planned), file)


@pytest.mark.parametrize('name', JSON)
def test_response_times_that_are_made_to_hurt_are_not_used(tmp_path, name, caplog):
    file = tmp_path / 'observed.json'
    file.write_text(JSON[name])
    assert not read_observed(file)
    assert all(len(record.getMessage()) < 1000 for record in caplog.records)


def test_a_json_file_without_end_is_one_line(planned):
    with pytest.raises(EdgeSchedError, match='larger than 64 MiB'):
        read_plan(Path('/dev/zero'), planned)
    assert read_observed(Path('/dev/zero')) is None
