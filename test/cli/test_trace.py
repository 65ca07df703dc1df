# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched trace``: a file is written whole or not at all; what a run lacks is told."""

from __future__ import annotations

import errno
import gc
import json
from contextlib import suppress

import pytest
from click.testing import CliRunner
from recorded import simulate

from edge_sched_ros.cli.commands.trace import trace
from edge_sched_ros.cli.recorded_runs import recorded_run
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.reporting import chrome_trace


@pytest.fixture
def run(tmp_path):
    path = tmp_path / 'run.trace'
    simulate(path, seconds=0.5)
    return path


def _call(*arguments):
    return CliRunner().invoke(trace, [*map(str, arguments)])


def test_a_file_for_chrome_is_written(run, tmp_path):
    target = tmp_path / 'out' / 'run.json'
    result = _call(run, '-o', target)
    assert result.exit_code == 0, result.output
    assert json.loads(target.read_text())['traceEvents']
    assert [path.name for path in target.parent.iterdir()] == ['run.json']


def test_the_garbage_collector_goes_on_after_a_trace_was_read(run, tmp_path):
    (tmp_path / 'broken.trace').write_text('{"trace": 0}\n')
    for path in (run, tmp_path / 'broken.trace'):
        with suppress(ConfigError):
            recorded_run(path)
        assert gc.isenabled()


def test_a_full_disk_leaves_what_was_there(run, tmp_path, monkeypatch):
    def full(entries, file):
        file.write('{"half of')
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(chrome_trace, 'write_chrome', full)
    target = tmp_path / 'run.json'
    target.write_text('as before')
    result = _call(run, '-o', target)
    assert isinstance(result.exception, ConfigError)
    assert str(result.exception) == f'{target}: cannot be written: No space left on device'
    assert target.read_text() == 'as before'
    assert sorted(path.name for path in tmp_path.iterdir()) == ['run.json', 'run.trace']


def test_lost_lines_are_told(run, tmp_path):
    lines = run.read_text().splitlines()
    lines[4:7] = ['{"lost":3}']
    run.write_text('\n'.join(lines) + '\n')
    told = _call(run, '-o', tmp_path / 'run.json')
    assert told.output.rstrip().endswith('(3 lines were lost: its jobs may look unfinished)')
    data = json.loads(_call(run, '-o', tmp_path / 'run.json', '--json').output)
    assert (data['lost_lines'], data['cut_off']) == (3, False)


def test_the_result_of_a_simulation_is_no_trace(tmp_path):
    path = tmp_path / 'result.json'
    path.write_text(json.dumps({'tasks': {}}, indent=2))
    result = _call(path, '-o', tmp_path / 'run.json')
    assert str(result.exception).startswith(f'{path}: is JSON, but not a trace: simulate --trace')
