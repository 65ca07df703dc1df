# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which variant a task runs by default: measured, within the tolerance, fixed or not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from harness import Bench
from harness import MS
from harness import of
from harness import task

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import VariantSpec


def _variant(name, accuracy=1.0, units=('cpu0',)):
    return VariantSpec(name, (StageSpec('infer', units),), accuracy)


def _task(*others, tolerance=0.03, units=('cpu0',), **settings):
    made = task('t', units=units, **settings)
    variants = (*made.variants, *(others or (_variant('int8', 0.98),)))
    return replace(made, variants=variants, tolerance=tolerance)


def _known(**latencies_ms):
    profiles = Profiles()
    for variant, latency_ms in latencies_ms.items():
        key = StageKey('t', variant, 'infer', 'cpu0')
        profiles.set(key, round(latency_ms * MS), source='a test')
    return profiles


def _run(bench, frames, **takes_ms):
    """Run frames, each variant as long as told; return the variants in order."""
    found = []
    for _ in range(frames):
        begin_ms = bench.now_ns / MS + 100
        (run,) = of(bench.frame(at_ms=begin_ms), Run)
        found.append(run.variant)
        bench.finish(run.unit, at_ms=begin_ms + takes_ms[run.variant], items=1)
    return found


def _bench(*tasks, **settings):
    return Bench(*(tasks or (_task(),)), units=('cpu0', 'cpu1'), **settings)


def test_a_variant_with_known_costs_runs_from_the_first_frame_where_it_is_faster():
    fast = _bench(profiles=_known(base=4.0, int8=2.0))
    assert set(_run(fast, 50, base=4, int8=2)) == {'int8'}
    assert fast.dispatcher.why_variant('t') == 'int8 (base 4 ms, int8 2 ms; accuracy 0.98 of base)'
    slow = _bench(profiles=_known(base=4.0, int8=5.0))
    assert set(_run(slow, 50, base=4, int8=5)) == {'base'}


def test_unknown_costs_are_measured_before_the_choice():
    for takes_ms, chosen in (({'base': 4, 'int8': 2}, 'int8'), ({'base': 4, 'int8': 6}, 'base')):
        bench = _bench()
        found = _run(bench, 15, **takes_ms)
        assert bench.dispatcher.why_variant('t') == 'measures base, int8'
        found += _run(bench, 85, **takes_ms)
        assert found[:16] == ['base', 'int8'] * 8
        assert set(found[17:]) == {chosen}


def test_a_variant_that_is_hardly_faster_is_not_chosen():
    assert set(_run(_bench(profiles=_known(base=4.0, int8=3.9)), 5, base=4, int8=3.9)) == {'base'}


def test_the_choice_follows_costs_that_change():
    bench = _bench(profiles=_known(base=4.0, int8=2.0))
    assert 'base' not in _run(bench, 100, base=4, int8=2)
    found = _run(bench, 300, base=4, int8=9)
    assert set(found[-100:]) == {'base'}
    # the others are measured again from time to time, and found to be better
    found = _run(bench, 1500, base=4, int8=2)
    assert 'int8' in found


def test_jobs_without_an_answer_do_not_keep_a_task_at_measuring():
    bench = _bench()
    for _ in range(80):
        bench.frame(at_ms=bench.now_ns / MS + 50)
        bench.fail(*bench.running)
    assert bench.dispatcher.why_variant('t').startswith('base (')


def test_what_is_beyond_the_tolerance_is_left_to_policies():
    tiny = _variant('tiny', 0.5)
    bench = _bench(
        _task(_variant('int8', 0.98), tiny), profiles=_known(base=4.0, int8=2.0, tiny=1.0)
    )
    _run(bench, 1, int8=2)
    spec = bench.dispatcher.tasks['t']
    assert [one.name for one in spec.variants] == ['int8', 'tiny']
    assert [one.name for one in spec.all_variants] == ['base', 'int8', 'tiny']


@pytest.mark.parametrize(
    'made',
    [
        _task(tolerance=None),
        _task(tolerance=0.01),
        _task().pinned('base'),
        # the other unit would be lost
        _task(units=('cpu0', 'cpu1')),
    ],
)
def test_others_run_the_own_file(made):
    bench = _bench(made, profiles=_known(base=4.0, int8=2.0))
    assert set(_run(bench, 20, base=4)) == {'base'}
    assert not bench.dispatcher.why_variant('t')


def test_a_fixed_variant_ends_the_choice_and_an_empty_one_begins_it_again():
    bench = _bench(profiles=_known(base=4.0, int8=2.0))
    for variant, expected in (('base', 'base'), ('', 'int8'), ('int8', 'int8'), ('', 'int8')):
        bench.send(ParametersChanged({'variant': variant}, task='t'))
        assert _run(bench, 3, base=4, int8=2) == [expected] * 3
    with pytest.raises(ConfigError, match="unknown variant 'fp4' \\(known: base, int8\\)"):
        bench.send(ParametersChanged({'variant': 'fp4'}, task='t'))


def test_other_settings_stay_when_the_choice_changes():
    bench = _bench()
    bench.send(ParametersChanged({'deadline_ns': 77 * MS}, task='t'))
    _run(bench, 40, base=4, int8=2)
    assert bench.dispatcher.tasks['t'].deadline_ns == 77 * MS
    bench.send(ParametersChanged({'deadline_ns': 88 * MS}, task='t'))
    _run(bench, 200, base=9, int8=9)
    assert bench.dispatcher.tasks['t'].deadline_ns == 88 * MS


def test_a_tolerance_is_a_share():
    with pytest.raises(ConfigError, match=r't\.tolerance: must be from 0 to 1'):
        _task(tolerance=1.5)
