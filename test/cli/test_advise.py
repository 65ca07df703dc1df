# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched advise``: its JSON, its table, its mistakes."""

from __future__ import annotations

import json

import pytest
import yaml

from edge_sched_ros.cli.main import main

ROBOT = {
    'tasks': {'camera': {'network': 'net', 'period_ms': 50, 'deadline_ms': 50}},
    'networks': {'net': {'cost': {'gpu': 30}}},
}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Return a function that runs the command on a robot and two modules."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'robot.yaml').write_text(yaml.safe_dump(ROBOT))
    for name, speed in (('slow', 0.5), ('fast', 2.0)):
        units = {'gpu0': {'kind': 'gpu', 'speed': speed}}
        (tmp_path / f'{name}.yaml').write_text(yaml.safe_dump({'units': units}))

    def advise(*arguments, modules=('slow.yaml', 'fast.yaml')):
        named = [word for module in modules for word in ('--module', module)]
        code = 0
        try:
            main(['advise', *arguments, *named, '--seconds', '1', '--seeds', '1', '--jobs', '1'])
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return advise


def test_the_first_module_that_is_enough_is_the_answer(run):
    code, out, _ = run('robot.yaml', '--json')
    found = json.loads(out)
    assert code == 0
    assert found['enough']['module'] == 'fast.yaml'
    assert [bool(one['reason']) for one in found['modules']] == [True, False]
    assert (found['seconds'], found['seeds'], found['missed_limit']) == (1.0, 1, 0.01)


def test_the_table_says_the_answer_first(run):
    code, out, _ = run('robot.yaml')
    assert code == 0
    assert out.startswith('fast with edf+drop is enough: no deadline is missed (1.00% allowed)')
    assert 'slow: a unit would be busy 1.2 of the time under any policy; of all tasks' in out


def test_a_module_without_costs_is_neither_enough_nor_not(run, tmp_path):
    (tmp_path / 'other.yaml').write_text(yaml.safe_dump({'units': {'npu0': {'kind': 'npu'}}}))
    _, out, _ = run('robot.yaml', modules=('other.yaml', 'slow.yaml', 'fast.yaml'))
    rows = {line.split()[0]: line.split()[1] for line in out.splitlines()[3:6]}
    assert rows == {'other': '?', 'slow': 'no', 'fast': 'yes'}
    assert 'other: robot.yaml: networks.net' in out


def test_the_units_of_the_robot_are_tried_first(run, tmp_path):
    own = {**ROBOT, 'units': {'gpu0': {'kind': 'gpu', 'speed': 1.2}}}
    (tmp_path / 'robot.yaml').write_text(yaml.safe_dump(own))
    found = json.loads(run('robot.yaml', '--json')[1])
    assert [one['module'] for one in found['modules']] == [
        'its own units',
        'slow.yaml',
        'fast.yaml',
    ]
    assert found['enough']['module'] == 'its own units'
    # 25 of 50 ms
    assert found['enough']['least_load'] == pytest.approx(0.5)
    assert found['enough']['margin'] == 2.0


def test_none_is_an_answer_too(run):
    code, out, _ = run('robot.yaml', modules=('slow.yaml',))
    assert code == 0 and out.startswith('no described module is enough')


def test_a_network_that_no_module_knows_is_a_mistake_of_the_file(run, tmp_path):
    camera = {'network': 'nett', 'period_ms': 50}
    (tmp_path / 'robot.yaml').write_text(yaml.safe_dump({**ROBOT, 'tasks': {'camera': camera}}))
    code, out, err = run('robot.yaml')
    assert (code, out) == (2, '') and err.count('\n') == 1
    assert "robot.yaml: tasks.camera.network: there is no network 'nett' (there are net)" in err


def test_what_no_module_can_run_is_a_mistake_of_the_file(run, tmp_path):
    camera = {'network': 'net', 'stream': 'lefft'}
    wrong = {**ROBOT, 'streams': {'left': {'period_ms': 50}}, 'tasks': {'camera': camera}}
    (tmp_path / 'robot.yaml').write_text(yaml.safe_dump(wrong))
    code, out, err = run('robot.yaml')
    assert (code, out) == (2, '') and err.count('\n') == 1
    assert "robot.yaml: tasks.camera.stream: there is no stream 'lefft' (there are left)" in err


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['fast.yaml'], 'fast.yaml: tasks: is missing'),
        (['robot.yaml', '--policies', 'edfx'], 'edfx'),
        (['robot.yaml', '--module', 'fast.yaml'], "--module: names 'fast.yaml' twice"),
        (['robot.yaml', '--module', 'none.yaml'], 'none.yaml'),
        (['robot.yaml', '--missed', '1'], '--missed'),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(run, arguments, problem):
    code, out, err = run(*arguments)
    assert (code, out) == (2, '')
    assert problem in err and err.count('\n') == 1
