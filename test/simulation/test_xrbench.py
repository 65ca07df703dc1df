# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""XRBench mode against the schedules of XRBench's own simulator."""

from __future__ import annotations

import csv
import math
from dataclasses import astuple
from statistics import median

import pytest
from harness import Bench
from harness import of
from harness import task
from shared_data import shared_file

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.xrbench import XRBench
from edge_sched_ros.simulation.xrbench_scenario import score_of
from edge_sched_ros.simulation.xrbench_scenario import XRModel
from edge_sched_ros.simulation.xrbench_scenario import XRRow
from edge_sched_ros.simulation.xrbench_scenario import XRScenario

VR_GAMING = (
    XRModel('ES_RITNet', 60),
    XRModel('GE_FBNet_C', 60, after='ES_RITNet'),
    XRModel('HT_hand_graph_cnn_half', 45),
)
AR_GAMING = (
    XRModel('HT_hand_graph_cnn_half', 45),
    XRModel('DE_midas_v21_small', 30),
    XRModel('PD_Plane_RCNN_Quarter', 15),
)
#: of a pair that the reference never chose, so that nothing is known of it but that it is slow
NEVER_CHOSEN = (1000.0, 0.0)
#: models, schedule and summary
PUBLISHED = (
    (VR_GAMING, 'schedule_VR_gaming__Single_4K__WS', 'summary_VR_gaming__Single_4K__WS'),
    (VR_GAMING, 'VR_gaming__Dual_8K_BigLittle__WS_OS', 'VR_gaming__Dual_8K_BigLittle__WS_OS_sum'),
    (AR_GAMING, 'AR_gaming__Dual_4K__WS_OS', 'AR_gaming__Dual_4K__WS_OS_sum'),
)


def _lines(name: str) -> list[list[str]]:
    with shared_file(f'xrbench/{name}.csv').open(encoding='utf-8') as file:
        return list(csv.reader(file))[1:]


def _scenario(models: tuple[XRModel, ...], rows: list[XRRow]) -> XRScenario:
    pairs = [(model.name, index) for model in models for index in {r.accelerator for r in rows}]
    costs = dict.fromkeys(pairs, NEVER_CHOSEN)
    for pair in pairs:
        own = [row for row in rows if (row.model, row.accelerator) == pair]
        if own:
            latency_ms = median(row.completion_ms - row.dispatch_ms for row in own)
            costs[pair] = latency_ms, own[0].energy_mj
    return XRScenario(models, costs)


@pytest.fixture(params=PUBLISHED, ids=lambda param: param[1])
def replay(request: pytest.FixtureRequest) -> tuple[XRBench, list[XRRow], list[list[str]]]:
    """Return a replay that has run, the published schedule and the lines of its summary."""
    models, schedule, summary = request.param
    published = [
        XRRow(int(line[0]), line[1], int(line[2]), *map(float, line[3:7]), float(line[8]))
        for line in _lines(schedule)
    ]
    bench = XRBench(_scenario(models, published))
    bench.run()
    return bench, published, _lines(summary)


def test_every_frame_runs_where_and_when_xrbench_ran_it(replay):
    bench, published, _ = replay
    bench.dispatcher.validate()
    rows = sorted((row for row in bench.rows if not row.dropped), key=lambda r: r.accelerator)
    assert [(row.accelerator, row.model, row.frame) for row in rows] == [
        (row.accelerator, row.model, row.frame) for row in published
    ]
    for column in ('injection_ms', 'dispatch_ms', 'deadline_ms', 'completion_ms', 'energy_mj'):
        own = [getattr(row, column) for row in rows]
        assert own == pytest.approx([getattr(row, column) for row in published], rel=0, abs=0.01)


def test_the_frames_xrbench_dropped_are_dropped(replay):
    """Its schedule leaves them out; its summary tells how many there were of a model that ran."""
    bench, published, summary = replay
    for name, _, _, answered_share in summary[:-1]:
        ran = [row.frame for row in published if row.model == name]
        dropped = [row.frame for row in bench.rows if row.dropped and row.model == name]
        unfinished = [job.seq for job in bench.dispatcher.jobs.values() if job.task == name]
        if ran:
            assert len(dropped) == round(len(ran) / float(answered_share)) - len(ran)
        else:
            assert dropped
        frames = sorted([*ran, *dropped, *unfinished])
        assert frames == list(range(len(frames)))


def test_the_scores_are_those_of_xrbench(replay):
    bench, _, summary = replay
    score = score_of(bench.rows)
    for name, realtime, energy, answered_share in summary[:-1]:
        own = score.of(name)
        assert own.realtime == pytest.approx(float(realtime), abs=5e-5)
        assert own.energy == pytest.approx(float(energy), abs=5e-5)
        assert own.qoe == pytest.approx(float(answered_share), abs=5e-5)
    assert score.names == tuple(line[0] for line in summary[:-1])
    assert score.overall == pytest.approx(float(summary[-1][1]), abs=5e-5)


def _row(model: str, frame: int, late_ms: float, energy_mj: float) -> XRRow:
    return XRRow(0, model, frame, 0.0, 0.0, 100.0, 100.0 + late_ms, energy_mj)


def test_scores_by_hand():
    rows = [
        _row('a', 0, 0.0, 750.0),
        _row('a', 1, -10.0, 0.0),
        XRRow(0, 'a', 2, 0.0, 120.0, 100.0, 120.0, 0.0, dropped=True),
        _row('b', 0, 0.1, 3000.0),
        XRRow(0, 'c', 0, 0.0, 120.0, 100.0, 120.0, 0.0, dropped=True),
    ]
    score = score_of(rows)
    late = 1 / (1 + math.exp(1.5))
    # a: frames of 0.5 * 0.5 and 1 * 1 among three, two of three answered; b's energy is beyond
    # the limit and counts against it; c has only a drop
    for name, expected in {
        'a': (0.75, 0.75, 2 / 3, 1.25 / 3 * 2 / 3),
        'b': (late, -1.0, 1.0, -late),
        'c': (0.0, 0.0, 0.0, 0.0),
    }.items():
        assert astuple(score.of(name)) == pytest.approx(expected)
    assert score.overall == pytest.approx(100 * (2.5 / 9 - late) / 3)


def _replay(horizon_ms: int, *models: XRModel, **latencies_ms: tuple[float, ...]) -> XRBench:
    costs = {
        (name, index): (latency_ms, 1.0)
        for name, latencies in latencies_ms.items()
        for index, latency_ms in enumerate(latencies)
    }
    bench = XRBench(XRScenario(models, costs))
    bench.run(horizon_ms)
    bench.dispatcher.validate()
    return bench


def test_frames_are_noticed_at_events_only_and_their_deadline_stays():
    bench = _replay(64, XRModel('a', 60), XRModel('b', 45), a=(1.0,), b=(1.0,))
    rows = [(r.injection_ms, r.deadline_ms) for r in bench.rows if r.model == 'b']
    assert rows == [(0.0, 22.0), (32.0, 44.0)]


def test_a_run_that_ends_within_a_hundredth_of_a_ms_frees_its_accelerator():
    rows = _replay(64, XRModel('a', 60), a=(16.005,)).rows
    assert (rows[0].completion_ms, rows[1].dispatch_ms) == (16.005, 16.0)


def test_a_dropped_frame_holds_up_all_that_come_after_its_like():
    models = (XRModel('hog', 10), XRModel('u', 60), XRModel('v', 60, after='u'))
    bench = _replay(112, *models, hog=(40.0,), u=(1.0,), v=(1.0,))
    ends = [(r.frame, r.completion_ms, r.dropped) for r in bench.rows if r.model == 'u']
    assert ends[:3] == [(0, 32.0, True), (1, 40.0, True), (2, 41.0, False)]
    assert all(row.dropped for row in bench.rows if row.model == 'v')


def test_a_frame_that_was_overtaken_counts_as_answered():
    bench = _replay(64, XRModel('a', 60), XRModel('m', 60), a=(10.0, 50.0), m=(1.0, 40.0))
    rows = [(r.frame, r.accelerator, r.completion_ms) for r in bench.rows if r.model == 'm']
    assert rows == [(1, 0, 27.0), (0, 1, 40.0)]
    assert not any(row.dropped for row in bench.rows)


@pytest.mark.parametrize(
    ('model', 'key'),
    [(XRModel('a', 60, after='b'), 'a.after'), (XRModel('other', 60), 'costs')],
)
def test_models_and_costs_must_fit_together(model, key):
    with pytest.raises(ConfigError, match=key):
        XRScenario((model,), {('a', 0): (1.0, 1.0)})


def test_latency_greedy_serves_tasks_by_name():
    tasks = [task(name, stream=name, units=('cpu0',)) for name in ('c', 'b', 'a', 'first')]
    bench = Bench(*tasks, policy='latency_greedy', units=('cpu0',))
    for at_ms, name in enumerate(('first', 'c', 'a', 'b')):
        bench.frame(name, at_ms=at_ms)
    assert [of(bench.finish(at_ms=at_ms), Run)[0].task for at_ms in (4, 5, 6)] == ['a', 'b', 'c']


def test_latency_greedy_takes_one_job_of_each_task_before_a_second():
    bench = _replay(96, XRModel('b', 60), XRModel('a', 60), a=(32.0, 32.0), b=(32.0, 32.0))
    rows = [(r.model, r.frame, r.accelerator) for r in bench.rows if r.dispatch_ms == 32]
    assert rows == [('a', 1, 0), ('b', 1, 1)]
