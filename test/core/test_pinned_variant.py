# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A task that is told which variant to run, and its jobs at that moment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from harness import Bench
from harness import of
from harness import task
from hypothesis import given
from hypothesis import strategies as st

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import UseVariant
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import VariantSpec

#: the light one runs on one unit only
HEAVY = VariantSpec('base', (StageSpec('a', ('cpu0', 'cpu1')), StageSpec('b', ('cpu0', 'cpu1'))))
LIGHT = VariantSpec('int8', (StageSpec('a', ('cpu1',)), StageSpec('b', ('cpu1',))), 0.9)


def _task(name='net', **more):
    return replace(task(name, **more), variants=(HEAVY, LIGHT))


def _pin(variant, name='net'):
    return ParametersChanged({'variant': variant}, task=name)


def test_a_pinned_task_has_one_variant_and_forgets_none():
    spec = _task()
    assert spec.pinned('int8').variants == (LIGHT,)
    assert spec.pinned('int8').pinned('base').variants == (HEAVY,)
    assert spec.pinned('int8').pinned('') == spec
    assert spec.pinned('int8').variant('base') is HEAVY
    with pytest.raises(
        ConfigError, match=r"net\.variant: unknown variant 'x' \(known: base, int8"
    ):
        spec.pinned('int8').pinned('x')


def test_new_jobs_run_it_until_it_is_taken_back():
    bench = Bench(_task())
    bench.send(_pin('int8'))
    (run,) = of(bench.frame(at_ms=1), Run)
    assert (run.variant, run.unit) == ('int8', 'cpu1')
    for _ in range(2):
        bench.finish('cpu1', at_ms=bench.now_ns / 1e6 + 1)
    bench.send(_pin(''))
    (run,) = of(bench.frame(at_ms=9), Run)
    assert run.variant == 'base'
    for _ in range(2):
        bench.finish(run.unit, at_ms=bench.now_ns / 1e6 + 1)
    assert bench.account('net').variants == {'int8': 1, 'base': 1}


def test_waiting_jobs_change_and_started_ones_go_on():
    bench = Bench(_task(), units=('cpu0', 'cpu1'), policy='fcfs')
    bench.frame(at_ms=0)
    bench.frame(at_ms=1)
    changes = of(bench.send(_pin('int8'), at_ms=2), UseVariant)
    assert [(change.job, change.variant) for change in changes] == [(1, 'int8')]
    (second,) = of(bench.finish('cpu0', at_ms=3), Run)
    assert (second.job, second.variant, second.stage) == (0, 'base', 'b')
    assert of(bench.finish(second.unit, at_ms=4), Run)[0].variant == 'int8'


@pytest.mark.parametrize('policy', ['horizon', 'dream', 'edf'])
def test_a_job_that_has_begun_ends_as_it_began(policy):
    bench = Bench(_task(), policy=policy)
    (first,) = of(bench.frame(at_ms=0), Run)
    bench.send(_pin('int8'), at_ms=1)
    (second,) = of(bench.finish(first.unit, at_ms=2), Run)
    assert (second.job, second.variant, second.stage) == (first.job, 'base', 'b')


def test_it_cannot_be_what_there_is_not():
    bench = Bench(_task())
    with pytest.raises(ConfigError, match=r'net\.variant: unknown variant'):
        bench.send(_pin('int4'))
    assert bench.dispatcher.tasks['net'].variants == (HEAVY, LIGHT)


@given(
    st.sampled_from(['dream', 'horizon', 'edf+drop', 'heft', 'pareto', 'mael', 'static']),
    st.lists(
        st.tuples(
            st.sampled_from(['frame', 'end', 'base', 'int8', '', 'deadline']),
            st.floats(0.1, 20),
        ),
        max_size=60,
    ),
)
def test_every_policy_lives_with_variants_that_come_and_go(policy, steps):
    bench = Bench(
        _task('a', deadline_ms=15), _task('b', deadline_ms=40, max_in_flight=2), policy=policy
    )
    pinned = ''
    for what, after_ms in steps:
        bench.now_ns += round(after_ms * 1e6)
        decisions = []
        if what == 'frame':
            decisions = bench.frame()
        elif what == 'end':
            unit = next((u for u in ('cpu0', 'cpu1') if u in bench.running), None)
            decisions = bench.finish(unit) if unit else []
        elif what == 'deadline':
            bench.send(ParametersChanged({'deadline_ns': round(after_ms * 1e6)}, task='b'))
        else:
            pinned = what
            decisions = bench.send(_pin(what, 'a'))
        for run in of(decisions, Run):
            # a job that has begun goes on as it began
            first = run.stage == 'a'
            assert not (first and pinned and run.task == 'a') or run.variant == pinned
