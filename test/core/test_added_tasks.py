# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks that come while others run, and jobs that nobody wants any more."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from harness import Bench
from harness import kinds
from harness import of
from harness import task

from edge_sched_ros.core import reasons
from edge_sched_ros.core.codec import from_dict
from edge_sched_ros.core.codec import to_dict
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import JobCancelled
from edge_sched_ros.core.events import TasksAdded


def test_a_task_that_is_added_runs_beside_those_there():
    bench = Bench(task('detector'))
    bench.frame()
    bench.send(TasksAdded((task('part', stream='push'),)))
    (run,) = of(bench.frame('push'), Run)
    assert (run.task, run.unit) == ('part', 'cpu1')
    assert bench.account('part').released == 1
    bench.finish('cpu1')
    bench.finish('cpu0')
    assert bench.account('part').on_time == bench.account('detector').on_time == 1


def test_a_cascade_can_be_added_to_a_task_that_is_there():
    bench = Bench(task('detector'))
    bench.send(TasksAdded((task('tracker', after='detector'),)))
    bench.frame()
    assert of(bench.finish(), Run)[0].task == 'tracker'


@pytest.mark.parametrize(
    ('added', 'problem'),
    [
        (task('detector'), "two tasks are named 'detector'"),
        (task('part', units=('gpu0',)), "unknown unit 'gpu0'"),
        (task('part', after='nothing'), "no task named 'nothing'"),
    ],
)
def test_a_task_that_cannot_run_is_refused_and_changes_nothing(added, problem):
    bench = Bench(task('detector'))
    with pytest.raises(ConfigError, match=problem):
        bench.send(TasksAdded((added,)))
    assert list(bench.dispatcher.tasks) == ['detector']
    assert kinds(bench.frame()) == ['Release', 'Run']


def test_a_waiting_job_is_cancelled():
    bench = Bench(task('detector', units=('cpu0',)), units=('cpu0',))
    bench.frame()
    bench.frame()
    (drop,) = bench.send(JobCancelled(1, reasons.CANCELLED))
    assert (drop.job, drop.reason) == (1, reasons.CANCELLED)
    assert bench.account('detector').dropped == {reasons.CANCELLED: 1}


def test_the_unit_of_a_cancelled_job_is_free_when_its_stage_ends():
    bench = Bench(task('detector', units=('cpu0',)), units=('cpu0',))
    bench.frame()
    assert of(bench.send(JobCancelled(0, reasons.CANCELLED)), Drop)
    assert not of(bench.frame(), Run)
    assert of(bench.finish(), Run)[0].job == 1


def test_a_job_that_has_ended_is_not_cancelled():
    bench = Bench(task('detector'))
    bench.frame()
    bench.finish()
    assert bench.send(JobCancelled(0, reasons.CANCELLED)) == []
    assert bench.account('detector').on_time == 1


def test_added_tasks_round_trip():
    event = TasksAdded((task('a', stages=('one', 'two')), task('b', after='a')))
    assert from_dict(json.loads(json.dumps(to_dict(event)))) == event


@pytest.mark.parametrize('drops', [True, False])
def test_a_task_may_keep_jobs_that_newer_ones_have_overtaken(drops):
    spec = replace(task('part', stream='push'), max_in_flight=2, drop_overtaken=drops)
    bench = Bench(spec)
    older, newer = (of(bench.frame('push'), Run)[0].unit for _ in range(2))
    assert kinds(bench.finish(newer)) == ['Complete']
    assert kinds(bench.finish(older)) == (['Drop'] if drops else ['Complete'])
