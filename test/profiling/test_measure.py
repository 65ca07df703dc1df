# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is measured of a network on a unit, with programs that take the time they are told to."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from children import TIMEOUT_S
from profiles import Clock
from profiles import Costed
from profiles import profile
from profiles import target
from profiles import ThreadClocks
from profiles import units

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.fused import FusedProgram
from edge_sched_ros.profiling.additions import with_pair
from edge_sched_ros.profiling.bench import Bench
from edge_sched_ros.profiling.corun import Load
from edge_sched_ros.profiling.corun import measure_pair
from edge_sched_ros.profiling.corun import plan_pairs
from edge_sched_ros.profiling.corun import slowdowns
from edge_sched_ros.profiling.handover import measure_handovers
from edge_sched_ros.profiling.measure import measure
from edge_sched_ros.profiling.repeat import Limits
from edge_sched_ros.system.measurement import Pair

STAGES = ('preprocess', 'infer', 'postprocess')
LIMITS = Limits(min_runs=10, max_runs=200)
CPU0, CPU1, GPU0 = units('cpu0', 'cpu1', 'gpu0')
COSTS = {'preprocess': 1.0, 'infer': 8.0, 'postprocess': 0.5}


def _cost(stage: str, unit: str, items: int) -> float:
    return COSTS[stage] / (4 if unit == 'gpu0' else 1) * (1 + (items - 1) / 4)


@pytest.fixture
def clock():
    return Clock()


def _on(*infer):
    return {'preprocess': (CPU0, CPU1), 'infer': infer, 'postprocess': (CPU0, CPU1)}


def test_every_stage_a_unit_can_run(clock, tmp_path):
    program = Costed(STAGES, _cost, clock.spend)
    one = target(program, _on(CPU0, CPU1, GPU0), file=tmp_path)
    with Bench(one.all_units, clock_ns=clock) as bench:
        found = measure(bench, one, 'cpu1', LIMITS, memory_mib={'infer': 12.5})
    assert {stage: cost.latency_ms for stage, cost in found.stages.items()} == COSTS
    assert {unit for _, unit, _, _ in program.log} == {'cpu1'}
    assert found.sure
    assert found.stages['infer'].memory_mib == 12.5
    assert found.stages['preprocess'].memory_mib == 0


def test_what_a_unit_cannot_run_is_done_elsewhere_and_not_its(clock, tmp_path):
    program = Costed(STAGES, _cost, clock.spend)
    one = target(program, _on(CPU0, GPU0), file=tmp_path)
    with Bench(one.all_units, clock_ns=clock) as bench:
        found = measure(bench, one, 'gpu0', LIMITS)
    assert list(found.stages) == ['infer']
    assert found.stages['infer'].latency_ms == 2.0
    assert {(stage, unit) for stage, unit, _, _ in program.log} == {
        ('preprocess', 'cpu0'), ('infer', 'gpu0'), ('postprocess', 'cpu0'),
    }  # fmt: skip


def test_stages_that_run_as_one_are_told_apart(clock, tmp_path):
    program = Costed(STAGES, _cost, clock.spend)
    fused = FusedProgram(program, (STAGES,), clock_ns=clock)
    one = target(fused, {fused.stages[0]: (CPU0,)}, file=tmp_path)
    with Bench(one.all_units, clock_ns=clock) as bench:
        found = measure(bench, one, 'cpu0', LIMITS)
    assert {stage: cost.latency_ms for stage, cost in found.stages.items()} == COSTS


def test_what_an_item_adds(clock, tmp_path):
    program = Costed(STAGES, _cost, clock.spend)
    one = target(program, _on(CPU0), file=tmp_path, most_items=9)
    with Bench(one.all_units, clock_ns=clock) as bench:
        found = measure(bench, one, 'cpu0', LIMITS)
    assert found.stages['infer'].latency_ms == 8.0
    assert found.stages['infer'].per_item_ms == pytest.approx(2.0)
    assert found.stages['infer'].measured.runs == LIMITS.min_runs


def test_the_variant_reaches_the_program(clock, tmp_path):
    program = Costed(STAGES, _cost, clock.spend)
    one = target(program, _on(CPU0), file=tmp_path, variant='small')
    with Bench(one.all_units, clock_ns=clock) as bench:
        measure(bench, one, 'cpu0', LIMITS)
    assert {variant for _, _, variant, _ in program.log} == {'small'}
    assert program.resets == 1, 'what it remembers of made-up frames goes'


def test_a_stage_that_fails_is_one_line(clock, tmp_path):
    program = Costed(STAGES, _cost, clock.spend, fail_at=5)
    one = target(program, _on(CPU0), file=tmp_path)
    with Bench(one.all_units, clock_ns=clock) as bench:
        with pytest.raises(ConfigError, match='net: infer on cpu0 failed: RuntimeError: the p'):
            measure(bench, one, 'cpu0', LIMITS)
        # the worker goes on
        assert len(bench.run(one, one.route('cpu0'))) == 3


def test_a_stage_that_hangs_is_given_up(clock, tmp_path):
    go_on = threading.Event()
    program = Costed(STAGES, _cost, lambda _ms: bool(go_on.wait(120)))
    one = target(program, _on(CPU0), file=tmp_path)
    with Bench(one.all_units, clock_ns=clock, patience_s=0.05) as bench:
        with pytest.raises(ConfigError, match='no end after'):
            bench.run(one, one.route('cpu0'))
        go_on.set()


def test_handing_over_costs_what_it_takes_beyond_staying(tmp_path):
    ticks = iter(range(0, 10**12, 1000))
    one = target(Costed(('a',), lambda *_: 0.0, float), {'a': (CPU0, CPU1)}, file=tmp_path)
    # every look at the clock takes a microsecond: one lies between two stages, wherever they are
    with Bench(one.all_units, clock_ns=lambda: next(ticks)) as bench:
        found = measure_handovers(bench, one.all_units, like=one, runs=5)
    assert found == {'cpu0': {'cpu1': 0.0}, 'cpu1': {'cpu0': 0.0}}


def test_a_busy_neighbour_slows_down(tmp_path):
    clocks = ThreadClocks()
    asked, running = threading.Event(), threading.Event()

    def neighbour(stage: str, unit: str, items: int) -> float:
        running.set()
        return 1.0

    def slowed(stage: str, unit: str, items: int) -> float:
        if asked.is_set():
            assert running.wait(TIMEOUT_S)
        return COSTS[stage] * (1.5 if running.is_set() else 1.0)

    def context(items: int) -> JobContext:
        asked.set()
        return JobContext(0, 'b', None, items=items)

    first = target(Costed(STAGES, slowed, clocks.spend), _on(CPU0), file=tmp_path, network='one')
    second = target(
        Costed(('infer',), neighbour, clocks.spend), {'infer': (CPU1,)}, file=tmp_path, network='b'
    )
    second = replace(second, context=context)
    with Bench((CPU0, CPU1), clock_ns=clocks) as bench:
        pair = measure_pair(bench, Load(first, 'cpu0'), Load(second, 'cpu1'), LIMITS)
    assert (pair.stage, pair.alone_ms, pair.beside_ms) == ('infer', 8.0, 12.0)


def test_pairs_share_no_unit_and_take_turns_over_pairs_of_units(clock, tmp_path):
    targets = [
        target(Costed(STAGES, _cost, clock.spend), _on(*on), file=tmp_path, network=name)
        for name, on in (('a', (CPU0, CPU1)), ('b', (CPU0, CPU1)))
    ]
    every = plan_pairs(targets, 1000)
    assert len(every) == 2 * 4, 'two directions, two by two networks'
    assert all(not one.units & other.units for one, other in every)
    first = plan_pairs(targets, 2)
    assert {(one.unit, other.unit) for one, other in first} == {('cpu0', 'cpu1'), ('cpu1', 'cpu0')}


def test_what_has_a_memory_is_not_run_beside_itself(clock, tmp_path):
    program = Costed(STAGES, _cost, clock.spend, stateful=True)
    one = target(program, _on(CPU0, CPU1), file=tmp_path)
    assert plan_pairs([one], 10) == []


def _pair(one: str, other: str, alone: float, beside: float, network: str = 'n') -> Pair:
    return Pair(
        unit=one,
        network=network,
        stage='infer',
        other_unit=other,
        other_network='m',
        alone_ms=alone,
        beside_ms=beside,
        runs=10,
    )


def test_the_table_is_the_median_over_pairs_and_never_a_speedup():
    pairs = [_pair('cpu0', 'cpu1', 10, ms, str(ms)) for ms in (11.0, 13.0, 30.0)]
    pairs.append(_pair('cpu1', 'cpu0', 10, 9.0))
    assert slowdowns(pairs) == {'cpu0': {'cpu1': 1.3}, 'cpu1': {'cpu0': 1.0}}


def test_a_pair_measured_again_replaces_the_old_one():
    table = with_pair(
        with_pair(profile(), _pair('cpu0', 'cpu1', 10, 20)), _pair('cpu0', 'cpu1', 10, 12)
    )
    assert len(table.measured.pairs) == 1
    assert table.contention.slowdown == {'cpu0': {'cpu1': 1.2}}


def test_noise_is_told(clock, tmp_path):
    draw = np.random.default_rng(3)
    program = Costed(('infer',), lambda *_: float(draw.lognormal(0, 1)), clock.spend)
    one = target(program, {'infer': (CPU0,)}, file=tmp_path)
    with Bench(one.all_units, clock_ns=clock) as bench:
        found = measure(bench, one, 'cpu0', Limits(share=0.01, min_runs=10, max_runs=50))
    assert not found.sure
    cost = found.stages['infer']
    assert cost.measured.half_width_ms > 0.01 * cost.latency_ms
    assert cost.latency_ms < cost.measured.p95_ms < cost.measured.p99_ms
