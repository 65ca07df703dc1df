# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frame rates as ros2_benchmark counts them, the search for the highest, and the JSON files."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from benchmarks.side_by_side.analysis.frame_rates import accepted
from benchmarks.side_by_side.analysis.frame_rates import Bounds
from benchmarks.side_by_side.analysis.frame_rates import concluded
from benchmarks.side_by_side.analysis.frame_rates import highest_rate_hz
from benchmarks.side_by_side.analysis.frame_rates import metrics
from benchmarks.side_by_side.analysis.outcomes import Heard
from benchmarks.side_by_side.analysis.outcomes import Sent
from benchmarks.side_by_side.experiments import frame_rates
from benchmarks.side_by_side.report.ros2_benchmark import write_reports

MS = 1_000_000


def _ns(*ms):
    return np.array(ms, np.int64) * MS


def _heard(*pairs_ms):
    stamps, received = zip(*pairs_ms) if pairs_ms else ((), ())
    return Heard(_ns(*stamps), _ns(*received), _ns(*received))


def test_the_metrics_of_a_trial():
    found = metrics(_ns(0, 100, 200, 300), _heard((0, 10), (100, 130), (200, 215)))
    assert (found['NUM_FRAMES_SENT'], found['NUM_MISSED_FRAMES']) == (4, 1)
    # frames over the time from first to last, which is one interval short, as they count it
    assert found['MEAN_PLAYBACK_FRAME_RATE'] == pytest.approx(4 / 0.3)
    assert found['MEAN_FRAME_RATE'] == pytest.approx(3 / 0.205)
    assert found['MAX_LATENCY'] == 30 and found['MIN_LATENCY'] == 10
    assert found['LAST_SENT_RECEIVED_LATENCY'] == -85
    # intervals of 120 and 85 ms
    assert found['MEAN_JITTER'] == 35 and found['STD_DEV_JITTER'] == 0


def test_answers_twice_and_to_frames_never_sent_do_not_count():
    found = metrics(_ns(0, 100), _heard((0, 10), (0, 20), (50, 60), (100, 110)))
    assert found['NUM_MISSED_FRAMES'] == 0
    assert found['RECEIVED_DURATION'] == 100
    assert 'MEAN_JITTER' not in found


def test_without_an_answer_only_the_frames_are_known():
    found = metrics(_ns(0, 100), _heard())
    assert set(found) == {'NUM_FRAMES_SENT', 'NUM_MISSED_FRAMES', 'MEAN_PLAYBACK_FRAME_RATE'}
    assert not accepted(found, 10.0, Bounds())


@pytest.mark.parametrize(
    ('missed', 'rate_hz', 'kept_up'),
    [(5, 100.0, True), (6, 100.0, False), (0, 110.0, True), (0, 111.0, False)],
)
def test_a_rate_is_kept_up_with_within_the_bounds(missed, rate_hz, kept_up):
    found = {'NUM_FRAMES_SENT': 100, 'NUM_MISSED_FRAMES': missed, 'MEAN_FRAME_RATE': 100.0}
    assert accepted(found, rate_hz, Bounds()) is kept_up


@pytest.mark.parametrize('limit_hz', [5.0, 42.0, 599.0, 1000.0])
def test_the_search_ends_below_the_limit_and_near_it(limit_hz):
    bounds = Bounds()
    found = highest_rate_hz(lambda hz: hz <= limit_hz, bounds)
    within = min(max(limit_hz, bounds.lower_hz), bounds.upper_hz)
    assert within - bounds.width_hz <= found <= within


def test_of_three_trials_the_best_and_the_worst_do_not_count():
    trials = [{'MEAN_FRAME_RATE': v, 'MAX_JITTER': v} for v in (1.0, 5.0, 9.0, 6.0)]
    assert concluded(trials) == {'MEAN_FRAME_RATE': 5.5, 'MAX_JITTER': 6.0}
    assert concluded(trials[:2]) == {'MEAN_FRAME_RATE': 3.0, 'MAX_JITTER': 5.0}
    # a metric that a trial lacks is left out
    assert concluded([{'A': 1.0, 'MAX_JITTER': 1.0}, {'A': 2.0}]) == {'A': 1.5}


class _Node:
    """Answers all frames 5 ms after their stamp up to a rate, and half of them above."""

    def __init__(self, limit_hz, tasks):
        self.limit_hz = limit_hz
        self.rates = []
        self.place = self
        self.order = SimpleNamespace(workload=SimpleNamespace(tasks=tasks))

    def set_rate(self, rate_hz):
        self.rates.append(rate_hz)

    def play(self, pictures, rate_hz, seconds):
        assert rate_hz == self.rates[-1]
        self.stamps = (np.arange(round(rate_hz * seconds)) * 1e9 / rate_hz).astype(np.int64)
        return Sent((self.stamps,))

    def heard(self):
        stamps = self.stamps[:: 1 if self.rates[-1] <= self.limit_hz else 2]
        received = stamps + 5 * MS
        return {t.result_topic: Heard(stamps, received, received) for t in self.tasks}

    @property
    def tasks(self):
        return self.order.workload.tasks

    def check(self):
        pass

    record = rest = wait_until_quiet = wait_for_answers = close = check


@pytest.fixture
def found(tmp_path, monkeypatch):
    nodes = []

    def started(contender, order, *, rig, pictures):
        nodes.append(_Node(100.0, order.workload.tasks))
        return nodes[-1]

    monkeypatch.setattr(frame_rates, 'Started', started)
    monkeypatch.setattr(frame_rates, '_IDLE_S', 0.0)
    plan = SimpleNamespace(frame_rate_trials=3, frame_rate_s=2.0)
    bench = SimpleNamespace(plan=plan, folder=tmp_path, rig=None)
    pictures = tmp_path / 'pictures.npy'
    pictures.write_bytes(b'1234')
    rates = frame_rates.measure(bench, pictures, '', lambda text: None)
    machine = {
        **dict.fromkeys(('cpu', 'ros', 'commit', 'date', 'system'), 'it'),
        'machine': 'x86_64',
        'cores': 2,
    }
    return {'frame_rates': rates, 'machine': machine}


def test_every_graph_has_its_highest_rate_and_the_fixed_ones(found, tmp_path):
    peak = found['frame_rates']['detect']
    assert 90.0 <= peak['peak_hz'] <= 100.0
    assert peak['peak']['detect0']['NUM_MISSED_FRAMES'] == 0
    assert set(peak['fixed']) == {'10.0fps', '30.0fps', '60.0fps'}
    assert set(found['frame_rates']['detect_track_depth']['peak']) == {
        'detect0',
        'track0',
        'depth0',
    }


def test_a_file_has_the_keys_of_published_ones(found, tmp_path):
    one, several = write_reports(found, tmp_path / 'out')
    report = json.loads(one.read_text())
    assert report['BasicPerformanceMetrics.MEAN_LATENCY'] == pytest.approx(5.0)
    assert 'CPUProfilingMetrics.MEAN_CPU_UTIL' in report['30.0fps']
    assert report['30.0fps']['BasicPerformanceMetrics.NUM_FRAMES_SENT'] == 60
    metadata = report['metadata']
    assert metadata['BenchmarkMetadata.INPUT_DATA_SIZE'] == 4
    assert metadata['BenchmarkMetadata.PEAK_THROUGHPUT_PREDICTION'] <= 100.0
    config = yaml.safe_load(metadata['BenchmarkMetadata.CONFIG'])['ros2_benchmark_config']
    assert config['test_iterations'] == 3 and config['publisher_upper_frequency'] == 600.0
    # of several tasks each has its metrics under its name
    assert 'BasicPerformanceMetrics.MEAN_JITTER' in json.loads(several.read_text())['track0']


def test_without_measured_rates_there_is_no_file(tmp_path):
    assert write_reports({'frame_rates': None}, tmp_path / 'out') == []
    assert not (tmp_path / 'out').exists()
