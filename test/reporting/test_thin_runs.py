# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A comparison over hardly any job says so."""

from __future__ import annotations

import pytest
from build_command import run_command

from edge_sched_ros.reporting.thin_runs import ENOUGH_JOBS
from edge_sched_ros.reporting.thin_runs import thin_runs


def _run(scenario, released, on_time=0, late=0):
    task = {'released': released, 'on_time': on_time, 'late': late}
    return {'scenario': scenario, 'tasks': {'one': task, 'other': dict.fromkeys(task, 0)}}


def test_enough_jobs_need_no_word():
    assert thin_runs([_run('a', ENOUGH_JOBS, 1), _run('b', 300, 0, 4)]) == ''


def test_scenarios_with_few_jobs_are_counted_by_their_least_run():
    line = thin_runs([_run('a', 300, 9), _run('a', 3, 3), _run('b', 300, 9), _run('c', 0)])
    assert line == '2 of 3 scenarios have runs of fewer than 20 jobs: give more --seconds'


def test_scenarios_without_any_answer_are_counted():
    runs = [_run('a', 300), _run('a', 300), _run('b', 300), _run('b', 300, 0, 1)]
    assert thin_runs(runs) == 'no policy answered a single job in 1 of 2 scenarios'


@pytest.mark.parametrize(('seconds', 'said'), [('0.001', True), ('1', False)])
def test_compare_says_it(capsys, seconds, said):
    few = [
        '--suite',
        'robot',
        '--policies',
        'edf',
        '--only',
        'drone on orin_nx x0.6',
        '--seeds',
        '1',
    ]
    code, out, _ = run_command(capsys, 'compare', *few, '--jobs', '1', '--seconds', seconds)
    assert code == 0
    assert ('1 of 1 scenarios have runs of fewer than 20 jobs' in out) is said
