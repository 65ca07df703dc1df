# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What diagnostics say of the process of a task."""

from __future__ import annotations

from edge_sched_ros.execution.isolation.program import IsolationReport
from edge_sched_ros.pipeline.health.isolation_health import isolation_problem
from edge_sched_ros.pipeline.health.isolation_health import isolation_values
from edge_sched_ros.pipeline.health.levels import ERROR
from edge_sched_ros.pipeline.health.levels import WARN


def _report(**more):
    usual = {
        'pid': 7,
        'ready': True,
        'restarts': 0,
        'last_end': '',
        'since_end_s': 0.0,
        'next_start_s': 0.0,
    }
    return IsolationReport(**{**usual, **more})


def test_a_process_that_runs_is_not_told():
    assert isolation_problem(_report()) is None
    assert isolation_values(_report())['process'] == '7'


def test_an_end_is_told_until_shortly_after_the_restart():
    ended = {'last_end': 'its process ended with SIGSEGV', 'pid': 0, 'ready': False}
    assert isolation_problem(_report(**ended, next_start_s=1.5)) == (
        ERROR,
        'out: its process ended with SIGSEGV; next start in 1.5 s',
    )
    assert isolation_problem(_report(**ended))[1].endswith('; it starts')
    again = {**ended, 'ready': True, 'restarts': 1}
    level, message = isolation_problem(_report(**again, since_end_s=1.0))
    assert level == WARN and 'started again' in message and 'SIGSEGV' in message
    assert isolation_problem(_report(**again, since_end_s=3.0)) is None
