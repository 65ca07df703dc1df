# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched capacity``: its JSON, tables, picture, mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from edge_sched_ros.cli.main import main

CHECKOUT = Path(__file__).resolve().parents[2]
APPS = {
    'devices': {'node': {'units': {'gpu0': {'kind': 'gpu'}}}},
    'costs': {'net': {'gpu': 10}},
    'tasks': {'camera': {'rate_per_s': 40, 'network': 'net', 'deadline_ms': 100}},
}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command in a folder with a file of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'apps.yaml').write_text(yaml.safe_dump(APPS))
    (tmp_path / 'other.yaml').write_text('devices: {node: {units: {gpu0: {kind: dla}}}}')

    def capacity(*arguments, apps='apps.yaml'):
        code = 0
        try:
            main(['capacity', apps, *arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return capacity


def test_json_has_what_was_promised_per_task(run):
    code, out, _ = run('--json')
    found = json.loads(out)
    assert code == 0
    task = found['tasks']['camera']
    assert set(task) == {'mean_ms', 'p95_ms', 'p99_ms', 'utilisation', 'feasible', 'reason'}
    assert task['mean_ms'] == pytest.approx(10 / 0.6)
    assert task['mean_ms'] < task['p95_ms'] < task['p99_ms']
    assert (task['feasible'], task['reason']) == (True, '')
    assert found['units']['node/gpu0']['headroom'] == pytest.approx(0.6)
    assert found['what_if']['camera']['highest_rate_per_s'] > 40


def test_an_overload_is_an_answer_and_no_number(run, tmp_path):
    busy = {**APPS, 'tasks': {'camera': {'rate_per_s': 101, 'network': 'net'}}}
    (tmp_path / 'busy.yaml').write_text(yaml.safe_dump(busy))
    code, out, _ = run('--json', apps='busy.yaml')
    task = json.loads(out)['tasks']['camera']
    assert code == 0
    assert (task['mean_ms'], task['p95_ms'], task['p99_ms']) == (None, None, None)
    assert task['feasible'] is False and 'busy 1.01 of the time' in task['reason']


def test_several_files_are_one_system(run, tmp_path):
    (tmp_path / 'more.yaml').write_text('tasks: {camera: {rate_per_s: 20}}')
    (tmp_path / 'last.yaml').write_text('tasks: {rear: {network: net, period_ms: 100}}')
    code, out, _ = run('more.yaml', '--cluster', 'last.yaml', '--json')
    assert code == 0
    assert json.loads(out)['tasks']['rear']['utilisation'] == pytest.approx(0.3)


def test_tables_are_for_people(run):
    code, out, _ = run()
    assert code == 0
    assert 'camera' in out and 'M/G/1-PS' in out and 'knee at' in out


def test_the_picture_is_one(run, tmp_path):
    pytest.importorskip('matplotlib')
    code, _, err = run('--plot', 'c.png')
    assert (code, err) == (0, '')
    assert (tmp_path / 'c.png').read_bytes().startswith(b'\x89PNG')


def test_the_example_of_the_package_fits(run):
    code, out, _ = run('--json', apps=str(CHECKOUT / 'config' / 'capacity' / 'robot.yaml'))
    assert code == 0
    assert all(task['feasible'] for task in json.loads(out)['tasks'].values())


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['--task', 'other'], "--task: there is no task 'other' (there are camera)"),
        (['--plot', 'c.pdf'], "--plot: 'c.pdf' must end in .png"),
        (['--plot', 'apps.yaml/c.png'], "'apps.yaml/c.png' cannot be written"),
        (['--cluster', 'no.yaml'], "there is no file and no built-in 'no.yaml'"),
        (
            ['--cluster', 'other.yaml'],
            "other.yaml: devices.node.units.gpu0.kind: is 'dla', but 'gpu' in apps.yaml: devices.",
        ),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(run, arguments, problem):
    code, out, err = run(*arguments)
    assert (code, out) == (2, '')
    assert problem in err and err.count('\n') == 1


@pytest.mark.parametrize('text', ['[1]', '{a: 1', 'a: 1\na: 2', 'tasks: {}', ''])
def test_a_file_that_is_none_is_one_line(run, tmp_path, text):
    (tmp_path / 'bad.yaml').write_text(text)
    code, out, err = run(apps='bad.yaml')
    assert (code, out) == (2, '')
    assert err.startswith('edge-sched: bad.yaml') and err.count('\n') == 1


def test_the_authors_form_warns_where_services_differ(run, tmp_path):
    """Issue 21: each task's response by it was wrong by a factor, and nothing said so."""
    units = {'gpu0': {'kind': 'gpu', 'form': 'authors'}}
    unlike = {
        'devices': {'node': {'units': units}},
        'costs': {'light': {'gpu': 5}, 'heavy': {'gpu': 100}},
        'tasks': {name: {'rate_per_s': 2, 'network': name} for name in ('light', 'heavy')},
    }
    (tmp_path / 'unlike.yaml').write_text(yaml.safe_dump(unlike))
    code, out, err = run('--json', apps='unlike.yaml')
    (line,) = json.loads(out)['warnings']
    assert code == 0 and line in err
    assert line.startswith('node/gpu0: form authors') and '5 ms' in line and '100 ms' in line
    del units['gpu0']['form']
    (tmp_path / 'unlike.yaml').write_text(yaml.safe_dump(unlike))
    code, out, err = run('--json', apps='unlike.yaml')
    assert (json.loads(out)['warnings'], err) == ([], '')
