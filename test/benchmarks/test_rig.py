# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Cameras, a contender and the observer as real processes: what the benchmark stands on."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from children import TIMEOUT_S

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from benchmarks.side_by_side.accounts.energy import EnergyMeter
from benchmarks.side_by_side.bare.measure import BareLoops
from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.registry import CONTENDERS
from benchmarks.side_by_side.cpp import build
from benchmarks.side_by_side.cpp.spec_file import write_spec
from benchmarks.side_by_side.experiments import overhead
from benchmarks.side_by_side.experiments.one_run import Bench
from benchmarks.side_by_side.experiments.one_run import one_run
from benchmarks.side_by_side.experiments.started import Started
from benchmarks.side_by_side.faults import BenchFault
from benchmarks.side_by_side.pictures import grey_file
from benchmarks.side_by_side.plan import SHORT
from benchmarks.side_by_side.rig.rig import Rig
from benchmarks.side_by_side.workload import bundled
from benchmarks.side_by_side.workload import HEIGHT
from benchmarks.side_by_side.workload import WIDTH

pytestmark = pytest.mark.dds


@pytest.fixture
def bench(tmp_path):
    plan = replace(SHORT, warm_up_s=0.3, measured_s=0.5, overhead_rounds=1, overhead_s=0.7)
    with EnergyMeter() as energy, Rig(tmp_path) as rig:
        yield Bench(plan, rig, tmp_path, energy)


@pytest.fixture
def pictures(tmp_path):
    return grey_file(tmp_path, width=WIDTH, height=HEIGHT)


@pytest.fixture
def order(tmp_path):
    workload = bundled(cameras=1)
    file = tmp_path / 'workload.json'
    workload.save(file)
    return Order(workload, file, tmp_path, 10.0, [])


_IN_CPP = pytest.mark.skipif(bool(build.problem()), reason=build.problem())


@pytest.mark.parametrize(
    'name',
    [
        'scheduler',
        'processes_one',
        pytest.param('cpp_networks', marks=_IN_CPP),
        pytest.param('cpp_edf', marks=_IN_CPP),
    ],
)
def test_every_task_of_a_contender_is_heard_and_it_ends_cleanly(bench, pictures, order, name):
    started = Started(CONTENDERS[name], order, rig=bench.rig, pictures=pictures)
    started.wait_for_answers()
    run = one_run(bench, started, pictures, 10.0)
    assert set(run.outcomes) == {'detect0', 'track0', 'depth0'}
    # how many are in time is the machine's business
    assert all(o.frames == 5 and len(o.response_ms) > 0 for o in run.outcomes.values())
    assert run.costs['cpu_ms_per_answer'] > 0 and run.costs['rss_mb'] > 10
    started.stop()


def test_a_contender_that_has_died_is_a_fault(bench, pictures, order):
    started = Started(CONTENDERS['one_process'], order, rig=bench.rig, pictures=pictures)
    started.wait_for_answers()
    started._children[0].process.kill()
    started._children[0].process.wait(TIMEOUT_S)
    with pytest.raises(BenchFault, match='one_process ended with exit code -9'):
        one_run(bench, started, pictures, 10.0)
    started.close()


def test_the_overhead_can_be_read_from_outside(bench, pictures):
    found = overhead.measure(bench, pictures, '')
    assert found['bare_ms'] > 0 and found['stages_ms'] > 0
    assert found['outside_stages_median_ms'] > 0
    assert found['node_cpu_ms_per_frame'] > found['stages_ms'] / 10
    json.dumps(found)


@pytest.mark.parametrize('in_cpp', [False, pytest.param(True, marks=_IN_CPP)])
def test_the_bare_loop_runs_on_every_core(pictures, order, tmp_path, in_cpp):
    spec = write_spec(order.workload, 10.0, tmp_path / 'spec.txt') if in_cpp else None
    loops = BareLoops(
        workload_file=order.workload_file, pictures=pictures, folder=tmp_path, spec=spec
    )
    capacity = loops.capacity(0.3)
    loops.close()
    assert capacity.frames_per_s > 1
    assert set(capacity.ms) == {'detect', 'track', 'depth'}
