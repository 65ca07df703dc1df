# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Minimum rates: who is offered first, for how long, and what a policy may not drop."""

from __future__ import annotations

import pytest
from harness import Bench
from harness import MS
from harness import of
from harness import task

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.rate_floors import gaps_ns


class Selfish:
    """Drops every job of ``low`` and runs the others."""

    name = 'selfish'
    parameters = ()
    asks_when_busy = False

    def decide(self, view):
        for job in view.ready:
            if job.task == 'low':
                return [Drop(job.id, job.task, reasons.SMART_DROP)]
        free = list(view.free_slots())
        return [
            Run(job.id, job.task, job.stage.name, unit, job.variant.name)
            for job, unit in zip(view.ready, free)
        ]


def _bench(*, min_rate_hz=5.0, deadline_ms=50.0, stages=('infer',), **settings):
    return Bench(
        task('high', units=('cpu0',), priority=5, period_ns=20 * MS),
        task('low', units=('cpu0',), stages=stages, period_ns=20 * MS, deadline_ms=deadline_ms,
             min_rate_hz=min_rate_hz),
        units=('cpu0',),
        **settings,
    )  # fmt: skip


def _started(bench, until_ms):
    """Run frames every 20 ms and stages of 20 ms until a time; return the tasks in order."""
    tasks = []
    for at_ms in range(0, until_ms, 20):
        decisions = bench.frame(at_ms=at_ms)
        if bench.running and bench.running['cpu0'][1] < bench.now_ns:
            decisions += bench.finish(at_ms=at_ms)
        tasks += [run.task for run in of(decisions, Run)]
    return tasks


def test_the_lower_task_starts_as_often_as_its_minimum_rate_asks():
    assert 'low' not in _started(_bench(min_rate_hz=0.0), 2000)[1:]
    tasks = _started(_bench(), 2000)
    assert 9 <= tasks.count('low') <= 12
    assert tasks.count('high') >= 85


def test_a_job_that_was_started_for_it_goes_on_to_its_end():
    bench = _bench(stages=('a', 'b', 'c'), min_rate_hz=2.0, deadline_ms=100.0)
    tasks = _started(bench, 2000)
    first = tasks.index('low')
    assert tasks[first : first + 3] == ['low'] * 3
    assert bench.account('low').on_time >= 3


def test_a_policy_may_not_drop_what_keeps_the_rate():
    bench = _bench(make_policy=lambda name, values: Selfish(), policy='selfish')
    tasks = _started(bench, 2000)
    assert 8 <= tasks.count('low') <= 12
    assert bench.account('low').dropped[reasons.SMART_DROP] > 50


def test_a_job_that_would_be_late_may_be_dropped():
    bench = _bench(make_policy=lambda name, values: Selfish(), policy='selfish', deadline_ms=0.5)
    _started(bench, 1000)
    assert bench.account('low').late <= 11, 'only while its cost is unknown, or seldom'
    assert bench.account('low').dropped


def test_a_minimum_that_is_kept_is_not_told():
    bench = _bench(min_rate_hz=2.0)
    for at_ms in range(0, 1000, 20):
        bench.frame(at_ms=at_ms)
        for _ in range(2):
            if bench.running:
                bench.finish(at_ms=at_ms)
        if at_ms > 300:
            assert not bench.dispatcher.why_below_min_rate('low', at_ms * MS)
    assert bench.account('low').on_time > 20


def test_what_is_below_its_minimum_is_told_and_forgotten_when_it_is_none():
    bench = _bench(min_rate_hz=10.0, deadline_ms=0.001)
    _started(bench, 1000)
    told = bench.dispatcher.why_below_min_rate('low', 1000 * MS)
    assert told == '0 results/s on time, its min_rate_hz is 10'
    bench.send(ParametersChanged({'min_rate_hz': 0.0}, task='low'))
    assert not bench.dispatcher.why_below_min_rate('low', 1000 * MS)


def test_a_parent_answers_for_the_tasks_after_it():
    specs = [
        task('head'),
        task('middle', after='head', every_n=2),
        task('tail', after='middle', every_n=3, min_rate_hz=2.0),
        task('other', min_rate_hz=4.0, enabled=False),
    ]
    gaps = gaps_ns({spec.name: spec for spec in specs})
    ms = {name: gap_ns / MS for name, gap_ns in gaps.items()}
    assert ms == {
        'head': pytest.approx(500 / 6, abs=0.01),
        'middle': pytest.approx(500 / 3, abs=0.01),
        'tail': 500,
        'other': 0,
    }


@pytest.mark.parametrize('rate_hz', [-1.0, 1e9, float('nan')])
def test_an_impossible_rate_is_refused(rate_hz):
    with pytest.raises(ConfigError, match=r'low\.min_rate_hz'):
        _bench(min_rate_hz=rate_hz)
