# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The C++ node's rule in virtual time decides as ``cpp/queue.cpp`` does."""

from __future__ import annotations

import sys

from systems import system

from benchmarks import peer_decisions
from benchmarks.overload_ages import make_system
from benchmarks.peer_model import PeerModel


def answers(tasks, *, cost_ms=4.0, seconds=0.2, margin_ms=0.0):
    """Return (task, number, end in ms) of every answer of tasks on one core."""
    made = system(
        {
            'name': 'peer',
            'networks': {'n': {'cost': {'cpu0': cost_ms}}},
            'tasks': {name: {'network': 'n', **task} for name, task in tasks.items()},
        },
        {'name': 'core', 'units': {'cpu0': {'kind': 'cpu'}}},
    )
    found = []
    PeerModel(
        made,
        1,
        margin_ms,
        lambda task, seq, _release_ns, end_ns: found.append((task, seq, end_ns / 1e6)),
    ).run(seconds)
    return found


def test_the_earliest_deadline_runs_and_a_task_after_it_follows():
    at = {'period_ms': 100}
    found = answers(
        {
            'first': {**at, 'phase_ms': 0, 'deadline_ms': 99},
            'late': {**at, 'phase_ms': 1, 'deadline_ms': 90},
            'early': {**at, 'phase_ms': 2, 'deadline_ms': 50},
            'after': {'after': 'early', 'deadline_ms': 60},
        },
        seconds=0.05,
    )
    assert found == [('first', 0, 4.0), ('early', 0, 8.0), ('after', 0, 12.0), ('late', 0, 16.0)]


def test_the_newest_frame_replaces_one_that_waits():
    found = answers({'a': {'period_ms': 3, 'phase_ms': 0, 'deadline_ms': 50}}, cost_ms=10.0)
    # frames come every 3 ms: at 10 that of 9 waits, at 20 that of 18
    assert [seq for _, seq, _ in found[:3]] == [0, 3, 6]


def test_what_cannot_be_in_time_is_dropped_but_for_every_eleventh():
    task = {'period_ms': 10, 'phase_ms': 0, 'deadline_ms': 8}
    # 4 ms and a margin of 2, a quarter of the deadline, leave 2 ms
    assert len(answers({'a': task}, margin_ms=50.0)) == 20
    found = answers({'a': task}, cost_ms=7.0, seconds=0.4, margin_ms=50.0)
    assert [seq for _, seq, _ in found] == [0, 11, 22, 33]


def test_below_the_full_load_rule_and_policy_answer_everything():
    made = make_system(0.5, overhead_ms=0.0, variants=False, in_flight=2)
    counts = [
        peer_decisions.measure(made, name, seconds=1.5, seed=1, delivery_ms=0.0)
        for name in (peer_decisions.PEER, 'edf+drop')
    ]
    assert counts[0].on_time == counts[1].on_time > 200
    assert counts[0].late == counts[1].late == 0


def test_the_command_prints_a_row_for_each_load(monkeypatch, capsys):
    options = ['--seeds', '1', '--seconds', '1.2', '--loads', '0.5', '1.5', '--spreads', 'cv 0.05']
    monkeypatch.setattr(sys, 'argv', ['x', *options])
    peer_decisions.main()
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 2
    assert all('cpp_edf' in row and 'edf+drop' in row for row in rows)
    assert ' x 1.000' in rows[0]


def test_turns_of_long_and_short_jobs_cost_no_answers():
    """Detection and depth have one deadline, but are no equals: with turns it was 0.96."""
    made = make_system(1.3, overhead_ms=0.6, variants=False, jitter_ms=1.0)
    counts = [
        peer_decisions.measure(
            made, name, seconds=4.0, seed=1, delivery_ms=0.3, margin_ms=2.0, floor_periods=0.0
        ).on_time
        for name in (peer_decisions.PEER, 'edf+drop')
    ]
    assert counts[1] > 0.985 * counts[0]
