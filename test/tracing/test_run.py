# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reading a trace: the jobs have the ends that the ledger counted."""

from __future__ import annotations

import pytest
from recorded import simulate

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.tracing.run import read_run


def _count(run, task):
    found = {}
    for job in run.jobs.values():
        if job.task == task:
            found[job.outcome] = found.get(job.outcome, 0) + 1
    return found


def test_jobs_end_as_the_ledger_says(tmp_path):
    simulator = simulate(tmp_path / 'run.trace')
    run = read_run(tmp_path / 'run.trace')
    assert run.ended
    for task, account in simulator.dispatcher.ledger.tasks.items():
        told = {
            'on_time': account.on_time,
            'late': account.late,
            'dropped': account.dropped_total,
            'failed': account.failed_total,
        }
        assert _count(run, task) == {key: count for key, count in told.items() if count}
    reasons = [job.reason for job in run.jobs.values() if job.outcome == 'dropped']
    assert reasons
    assert all(reasons)


def test_stages_are_in_order_and_add_up(tmp_path):
    simulator = simulate(tmp_path / 'run.trace')
    run = read_run(tmp_path / 'run.trace')
    busy = {}
    for job in run.jobs.values():
        for stage in job.stages:
            assert job.arrived_ns <= stage.ready_ns <= stage.decided_ns <= stage.started_ns
            assert stage.started_ns <= stage.finished_ns <= job.ended_ns
            busy[stage.unit] = busy.get(stage.unit, 0) + stage.finished_ns - stage.started_ns
    assert busy == {name: state.busy_ns for name, state in simulator.dispatcher.units.items()}


def test_the_setup_has_the_costs_of_the_run(tmp_path):
    simulator = simulate(tmp_path / 'run.trace', seconds=0.2)
    setup = read_run(tmp_path / 'run.trace').setup
    profiles = setup.profiles()
    assert profiles.expected_ns('boxes', 'full', 'infer', 'gpu0', 1) == 20_000_000
    assert profiles.transition_ns('cpu0', 'gpu0') == 500_000
    assert tuple(setup.tasks.values()) == simulator.system.tasks
    assert tuple(setup.units.values()) == simulator.system.units


def test_a_trace_without_its_end_is_read(tmp_path):
    path = tmp_path / 'run.trace'
    simulate(path)
    whole = len(read_run(path).jobs)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    run = read_run(path)
    assert not run.ended
    assert 0 < len(run.jobs) < whole


def test_lines_that_are_missing_from_the_middle_are_told(tmp_path):
    path = tmp_path / 'run.trace'
    simulate(path)
    assert read_run(path).incomplete == ''
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(''.join(lines[:20] + lines[23:]))
    run = read_run(path)
    assert run.ended
    assert run.incomplete == '3 lines were lost: its jobs may look unfinished'


@pytest.mark.parametrize('event', ['FrameArrived', 'StageFinished'])
def test_a_hole_in_a_trace_that_was_also_cut_off_is_told(tmp_path, event):
    path = tmp_path / 'run.trace'
    simulate(path)
    lines = path.read_text().splitlines(keepends=True)[:60]
    path.write_text(''.join(lines))
    assert read_run(path).incomplete == 'the trace was cut off, or the run goes on'
    missing = next(
        index for index in range(20, 60) if event in lines[index] and '"Run"' in lines[index]
    )
    path.write_text(''.join(lines[:missing] + lines[missing + 1 :]))
    told = '; at least 1 line was lost: its jobs may look unfinished'
    assert read_run(path).incomplete == f'the trace was cut off, or the run goes on{told}'


def test_times_that_go_back_are_refused_with_their_line(tmp_path):
    path = tmp_path / 'run.trace'
    simulate(path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(''.join([*lines[:20], lines[9], *lines[20:]]))
    with pytest.raises(ConfigError, match=r'run\.trace:21: .*now_ns: is before that of the event'):
        read_run(path)


def test_a_node_s_trace_without_its_beginning_lacks_no_line(tmp_path):
    path = tmp_path / 'run.trace'
    simulate(path)
    head, *rest = path.read_text().splitlines(keepends=True)
    head = head.replace('{"trace":3,', '{"trace":3,"lines_before":50,')
    path.write_text(''.join([head, *rest[50:]]))
    assert read_run(path).incomplete == ''


@pytest.mark.parametrize(
    ('line', 'old', 'new', 'problem'),
    [
        (1, '"setup"', '"setdown"', 'setup: is missing: it is not a trace of one device'),
        (1, '"kind":"gpu"', '"kinds":"gpu"', 'setup: is not that of a trace'),
        (2, '"now_ns"', '"now"', "there is no 'now_ns'"),
        (2, '"now_ns":', '"now_ns":"x","y":', 'now_ns: must be a whole number'),
        (2, '"event"', '"evening"', 'line: is none of a trace'),
    ],
)
def test_a_tampered_line_is_named(tmp_path, line, old, new, problem):
    path = tmp_path / 'run.trace'
    simulate(path, seconds=0.2)
    lines = path.read_text().splitlines()
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text('\n'.join(lines) + '\n')
    with pytest.raises(ConfigError) as caught:
        read_run(path)
    assert str(caught.value).startswith(f'{path}:{line}: cannot be read: {problem}')


def test_an_empty_run_is_named(tmp_path):
    path = tmp_path / 'run.trace'
    simulate(path, streams={'camera': {'period_ms': 33.3, 'phase_ms': 33}}, seconds=0.001)
    with pytest.raises(ConfigError, match='has no job: nothing came while it was recorded'):
        read_run(path)
