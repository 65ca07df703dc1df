# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo of several devices says NO when a promise was not kept."""

from __future__ import annotations

from edge_sched_ros.cli.device_claims import Job
from edge_sched_ros.cli.device_claims import judge
from edge_sched_ros.cli.device_claims import who_did_what


def _jobs(devices, task='detector'):
    """Return a job every 0.1 s; an empty name is a lost one."""
    return [
        Job(task, i / 10, 'on_time' if one else 'failed', '', frozenset([one] if one else []))
        for i, one in enumerate(devices)
    ]


def _accounts(jobs):
    answered = sum(not job.lost for job in jobs)
    lost = len(jobs) - answered
    account = {'released': len(jobs), 'on_time': answered, 'late': 0, 'failed': {'x': lost}}
    return {'detector': {**account, 'dropped': {}}}


def _held(jobs, accounts=None, noticed_s=0.4):
    claims = judge(
        jobs, accounts or _accounts(jobs), killed='left', noticed_s=noticed_s, period_s=0.1
    )
    return [claim.held for claim in claims]


_GOOD = ['left'] * 10 + [''] * 4 + ['right'] * 30 + ['left'] * 10


def test_a_run_as_promised_holds_every_claim():
    assert _held(_jobs(_GOOD)) == [True] * 4
    assert who_did_what(_jobs(_GOOD)) == {('left', 'detector'): 20, ('right', 'detector'): 30}


def test_a_job_without_an_end_is_told():
    accounts = _accounts(_jobs(_GOOD))
    accounts['detector']['released'] += 1
    assert _held(_jobs(_GOOD), accounts) == [False, True, True, True]


def test_a_death_that_was_noticed_late_or_never_is_told():
    assert _held(_jobs(_GOOD), noticed_s=0.6)[1] is False
    assert _held(_jobs(_GOOD), noticed_s=None)[1] is False


def test_a_task_that_was_silent_too_long_is_told():
    jobs = _jobs(['left'] * 10 + [''] * 12 + ['right'] * 30 + ['left'])
    assert _held(jobs) == [True, True, False, True]


def test_a_device_that_is_not_used_again_is_told():
    assert _held(_jobs(['left'] * 10 + ['right'] * 40)) == [True, True, True, False]


def test_a_device_that_never_worked_shows_nothing():
    assert _held(_jobs(['right'] * 40))[2:] == [False, False]
