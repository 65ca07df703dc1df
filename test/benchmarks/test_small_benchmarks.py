# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The scripts behind single rows of the results print what they say."""

from __future__ import annotations

import json
import os
import pty
import sys
from pathlib import Path
from statistics import mean

import pytest

from benchmarks import cpu_quota
from benchmarks import high_level
from benchmarks import segments
from benchmarks import shared_units
from benchmarks import suite_ratios
from benchmarks import top_load
from benchmarks import yaml_reading
from benchmarks.devices_throughput import divided
from benchmarks.devices_throughput import Network
from edge_sched_ros.pipeline.settings.config import from_file
from edge_sched_ros.policies.high_level.registry import high_level_policy_classes

_SCRIPTS = sorted(Path(segments.__file__).parent.rglob('*.py'))


@pytest.mark.parametrize('script', _SCRIPTS, ids=lambda script: script.stem)
def test_a_script_takes_no_name_of_others(script):
    """Its folder goes last on the path: first, its modules would hide those of tests."""
    assert 'sys.path.insert' not in script.read_text()
    assert 'sys.path[:0]' not in script.read_text()


def _run(task, policy, seed, **counts):
    run = {'policy': policy, 'scenario': 'a on b', 'seed': seed, 'uxcost': 2.0}
    return {**run, 'tasks': {task: counts}}


def test_ratios_are_of_runs_of_one_scenario_and_seed(tmp_path, monkeypatch, capsys):
    new = [_run('t', 'edf', seed, released=9, on_time=9) for seed in range(3)]
    old = [_run('t', 'edf', seed, released=9, on_time=8) for seed in range(2)]
    old[0]['uxcost'] = 0.0
    old[1]['uxcost'] = 4.0
    for name, runs in (('new', new), ('old', old)):
        (tmp_path / name).write_text(json.dumps({'runs': runs}))
    monkeypatch.setattr(sys, 'argv', ['x', str(tmp_path / 'new'), str(tmp_path / 'old')])
    suite_ratios.main()
    rows = capsys.readouterr().out.splitlines()
    # (9 - 9 + 0.5) over (9 - 8 + 0.5)
    assert rows[1].split() == ['edf', '2', '0.500', '0.333']


def test_every_reader_reads_the_long_file_alike(monkeypatch, capsys):
    pytest.importorskip('ruamel.yaml')
    text = yaml_reading.text_of(40)
    assert text.count('\n') == 40
    ours, *others = (read(text) for read in yaml_reading.READERS.values())
    assert all(other == ours for other in others)
    monkeypatch.setattr(sys, 'argv', ['x', '--lines', '40', '--runs', '1'])
    yaml_reading.main()
    rows = capsys.readouterr().out.splitlines()[1:]
    assert [row.rsplit(maxsplit=1)[0].strip() for row in rows] == list(yaml_reading.READERS)


def test_the_demo_is_given_the_units_of_a_quota(tmp_path):
    config = from_file(cpu_quota.parameters(tmp_path, ['cpu0', 'cpu1']))
    assert config.units == ('cpu0', 'cpu1')
    assert [task.name for task in config.tasks] == ['detector', 'tracker', 'depth']


def test_every_high_level_policy_is_timed(monkeypatch, capsys):
    monkeypatch.setattr(high_level, 'TARGET_US', float('inf'))
    rows = high_level.decisions(3, 1)
    assert {row['policy'] for row in rows} == set(high_level_policy_classes())
    assert {row['policy']: row['partitions'] for row in rows}['earliest_finish'] == 32
    monkeypatch.setattr(high_level, 'SPREAD', float('inf'))
    monkeypatch.setattr(sys, 'argv', ['x', '--growth', '--frames', '2', '--repeat', '1', '--json'])
    with pytest.raises(SystemExit) as ended:
        high_level.main()
    assert ended.value.code == 0
    assert all(len(row['job_us']) == 4 for row in json.loads(capsys.readouterr().out))


def test_segments_are_measured_against_the_whole_network(monkeypatch, capsys):
    monkeypatch.setattr('os.sched_setaffinity', lambda process, cores: None)
    model = str(segments.CHECKOUT / 'models' / 'demo_embedding.onnx')
    code = segments.main(['--pairs', '3', '--parts', '2', '--json', model])
    (found,) = json.loads(capsys.readouterr().out)['networks']
    assert (found['network'], found['parts'], found['pairs']) == ('demo_embedding', 2, 3)
    low, high = found['interval']
    assert 0 < low <= found['ratio'] <= high
    assert found['held'] == (found['ratio'] <= segments.TARGET) == (code == 0)


def test_networks_are_divided_so_that_the_most_work_of_a_device_is_the_least():
    found = {name: Network('', '', ms) for name, ms in zip('abcd', (3.0, 2.0, 20.0, 3.0))}
    devices = divided(list('abcd'), found, 2)
    assert sorted(map(sorted, devices)) == [['a', 'b', 'd'], ['c']]
    assert divided(['a'], found, 2) == [['a'], []]


def test_fixed_priority_on_an_ofa_is_as_published():
    """Within 10 % of XSched's public runs with 4 commands in flight: 27.89 ms in the mean."""
    case = shared_units.CASES['OFA']
    found_ms = shared_units.first_ms(case, case.in_flight)
    assert mean(found_ms) == pytest.approx(27.89, rel=0.10)
    assert mean(shared_units.first_ms(case, 1)) == pytest.approx(22.26 + 2.78 / 2, rel=0.02)


def test_reading_ends_with_the_program_on_the_terminal():
    process, terminal = pty.fork()
    if process == 0:
        os.write(1, b'end')
        os._exit(0)
    os.waitpid(process, 0)
    try:
        assert top_load._read_for(terminal, 60.0) == 3
    finally:
        os.close(terminal)
