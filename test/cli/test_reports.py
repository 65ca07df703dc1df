# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``--report`` of the commands that run something."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from recorded import TASKS

from edge_sched_ros.cli.commands.compare import compare
from edge_sched_ros.cli.commands.simulate import simulate
from edge_sched_ros.core.errors import ConfigError

pytest.importorskip('bokeh', reason='bokeh is not installed (extra report)')


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'robot.yaml').write_text(json.dumps(TASKS))
    suite = {'scenarios': [{'workload': 'robot.yaml', 'platforms': ['robot.yaml']}]}
    (tmp_path / 'suite.yaml').write_text(json.dumps(suite))


def _run(command, *arguments):
    return CliRunner().invoke(command, [*arguments, '--report', 'page.html'])


def test_simulate_writes_a_report_and_leaves_no_trace(tmp_path):
    answer = _run(simulate, 'robot.yaml', '--seconds', '0.5')
    assert answer.exit_code == 0, answer.output
    assert 'page.html: report of' in answer.output
    assert 'Report of robot' in (tmp_path / 'page.html').read_text()
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        'page.html', 'robot.yaml', 'suite.yaml',
    ]  # fmt: skip


def test_json_stays_json(tmp_path):
    answer = _run(simulate, 'robot.yaml', '--seconds', '0.5', '--json')
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)['policy'] == 'edf+drop'
    assert 'page.html: report of' in answer.stderr


def test_compare_puts_policies_side_by_side(tmp_path):
    arguments = ('--suite', 'suite.yaml', '--policies', 'fcfs,edf+drop', '--seeds', '1')
    answer = _run(compare, *arguments, '--seconds', '0.5', '--jobs', '1')
    assert answer.exit_code == 0, answer.output
    assert 'Report of fcfs, edf+drop' in (tmp_path / 'page.html').read_text()


@pytest.mark.parametrize(
    ('command', 'arguments', 'problem'),
    [
        (simulate, ['robot.yaml', '--replay', 'x'], '--report and --replay exclude each other'),
        (compare, ['--suite', 'suite.yaml'], '--report: shows 8 policies at most, not 13'),
        (compare, ['--suite', 'fleet'], '--report works on one device'),
    ],
)
def test_mistakes_are_told_before_the_run(tmp_path, command, arguments, problem):
    answer = _run(command, *arguments)
    assert answer.exit_code != 0
    assert problem in f'{answer.output}{answer.exception}'
    assert not (tmp_path / 'page.html').exists()


def test_a_report_that_cannot_be_written_is_told_before_the_run():
    answer = CliRunner().invoke(simulate, ['robot.yaml', '--report', '/dev/full'])
    assert isinstance(answer.exception, ConfigError)
    assert str(answer.exception).startswith('/dev/full: is not a regular file')
