# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The list of ready jobs; that it holds the right ones is an invariant all tests check."""

from __future__ import annotations

from edge_sched_ros.core.job import Job
from edge_sched_ros.core.ready import ReadyJobs
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import VariantSpec

VARIANT = VariantSpec('base', (StageSpec('infer', ('cpu0',)),))


def _job(number: int, release_ns: int) -> Job:
    return Job(number, 't', VARIANT, 's', number, release_ns, 100, release_ns, 0, None, 1)


def test_jobs_are_in_order_of_release_then_of_id():
    ready, jobs = ReadyJobs(), [_job(0, 30), _job(1, 10), _job(2, 30), _job(3, 20)]
    for job in (jobs[2], jobs[0], jobs[3], jobs[1]):
        ready.add(job)
    assert [job.id for job in ready.jobs()] == [1, 3, 0, 2]


def test_only_what_is_there_is_taken_out():
    ready, here, elsewhere = ReadyJobs(), _job(0, 10), _job(1, 10)
    ready.add(here)
    assert not ready.discard(elsewhere)
    assert ready.discard(here)
    assert not ready.discard(here)
    assert ready.jobs() == []


def test_another_job_of_the_same_number_is_not_taken_out():
    ready, here = ReadyJobs(), _job(0, 10)
    ready.add(here)
    assert not ready.discard(_job(0, 10))
    assert ready.jobs() == [here]
