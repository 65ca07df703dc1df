# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From runs to summary, targets, tables and picture."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.side_by_side.analysis import summary as summaries
from benchmarks.side_by_side.analysis.figures import Run
from benchmarks.side_by_side.analysis.outcomes import Outcome
from benchmarks.side_by_side.bare.measure import Capacity
from benchmarks.side_by_side.experiments.loads import Loads
from benchmarks.side_by_side.report.picture import draw
from benchmarks.side_by_side.report.tables import markdown
from benchmarks.side_by_side.report.targets import targets

COSTS = {
    'cpu_s': 2.0,
    'cpu_cores': 1.0,
    'cpu_ms_per_answer': 2.0,
    'helpers_cpu_s': 0.1,
    'idle_cpu_share': 0.0,
    'others_cpu_share': 0.25,
    'energy_j': None,
    'camera_late_p99_ms': 0.1,
    'rss_mb': 200.0,
    'pss_mb': 150.0,
}


def _run(on_time, response_ms):
    response = np.full(max(1, on_time), response_ms)
    return Run(1.0, {'a': Outcome(100, on_time, response, response)}, dict(COSTS))


def _loads():
    runs = {}
    for load in (0.5, 0.8, 1.0, 1.3, 1.6, 2.0):
        runs[load, 'scheduler'] = {0: _run(90, 10.0), 1: _run(90, 10.0)}
        runs[load, 'processes_one'] = {0: _run(45, 30.0), 1: _run(45, 30.0)}
        runs[load, 'cpp_edf'] = {0: _run(95, 5.0), 1: _run(95, 5.0)}
        # its second run failed
        runs[load, 'one_process'] = {0: _run(10, 20.0)}
    capacity = Capacity(50.0, 100.0, {'detect': 5.0})
    return Loads(
        contenders=['scheduler', 'processes_one', 'one_process', 'processes_free', 'cpp_edf'],
        rate_hz={load: 40.0 * load for load in (0.5, 0.8, 1.0, 1.3, 1.6, 2.0)},
        runs=runs,
        bare=[capacity] * 3,
        bare_threads=capacity,
        bare_cpp=[Capacity(60.0, 120.0, {'detect': 4.0})] * 3,
    )


@pytest.fixture
def summary():
    loads = _loads()
    found = {
        'machine': {'cores': 2, 'cpu': 'a CPU'},
        'loads': summaries.loads_summary(loads),
        'bare_loop': summaries.bare_summary(loads),
        'saturation_ratio_to_bare_loop': summaries.saturation(loads, loads.bare)['mean'],
        'bare_cpp_loop': summaries.bare_cpp_summary(loads),
        'saturation_ratio_to_bare_cpp_loop': summaries.saturation(loads, loads.bare_cpp)['mean'],
        'others_cpu_share_most': summaries.others_share(loads),
        'overhead': None,
        'startup_s': 2.0,
        'faults': ['one_process, repetition 2: ended'],
    }
    found['targets'] = [target.to_dict() for target in targets(found)]
    return found


def test_the_summary_has_what_was_asked_for(summary):
    at = summary['loads']['1.3']
    for own in (at['scheduler'], *at['baselines'].values()):
        assert {'on_time_per_s', 'miss_ratio', 'p99_ms', 'cpu_s', 'rss_mb'} <= set(own)
    assert set(at['baselines']) == {'processes_one', 'one_process', 'cpp_edf'}
    assert at['ratios']['best_baseline'] == 'cpp_edf'
    assert at['ratios']['best_in_python'] == 'processes_one'
    assert at['ratios']['on_time_per_s']['mean'] == pytest.approx(90 / 95)
    assert at['ratios']['each']['one_process']['on_time_per_s']['pairs'] == 1
    assert at['ratios']['each']['cpp_edf']['cpu_ms_per_answer']['mean'] == pytest.approx(1.0)
    json.dumps(summary)


def test_the_saturation_is_paired_with_the_bare_loop(summary):
    # one answer per on-time frame, over a hundred
    assert summary['saturation_ratio_to_bare_loop'] == pytest.approx(0.9)
    assert summary['saturation_ratio_to_bare_cpp_loop'] == pytest.approx(0.75)


def test_targets_are_met_missed_or_not_measured(summary):
    met = {target['what']: target['met'] for target in summary['targets']}
    wanted = {target['what']: target['measured'] for target in summary['targets']}
    assert wanted['on time at 1.3x over the best Python baseline'] == pytest.approx(2.0)
    assert met['on time at 1.3x over the best Python baseline'] is False
    assert met['on time at 1.6x over the best Python baseline'] is True
    assert met['on time at 1.3x over a C++ node with EDF and early drop'] is False
    assert met['on time at 1.3x over a C++ process per network'] is None
    assert met['on time at 0.8x'] is False
    assert met['misses at 1.3x over the least of a Python baseline'] is True
    assert met['p99 at 0.5x over the least of a Python baseline'] is True
    assert met['added latency, median ms'] is None
    assert met['start to first answer, s'] is False
    assert met['throughput over the bare C++ loop'] is False
    assert met['throughput over the bare loop'] is False


def test_tables_name_everybody_and_every_fault(summary):
    text = markdown(summary)
    assert text.count('| 1.3x |') + text.count('| 1.3x ') >= 3
    assert 'not measured' in text
    assert 'not quiet: others took up to 25 %' in text
    assert '- one_process, repetition 2: ended' in text


def test_without_a_compiler_nothing_is_said_of_cpp():
    assert summaries.bare_cpp_summary(Loads(contenders=[])) is None


def test_nothing_measured_is_no_error():
    found = {'loads': {}, 'faults': []}
    found['targets'] = [target.to_dict() for target in targets(found)]
    assert all(target['met'] is None for target in found['targets'])
    assert 'not measured' in markdown(found)


def test_the_picture_is_drawn(summary, tmp_path):
    pytest.importorskip('matplotlib')
    assert draw(summary, tmp_path / 'p.png')
    assert (tmp_path / 'p.png').stat().st_size > 10_000


def test_no_loads_no_picture(tmp_path):
    assert draw({'loads': {}}, tmp_path / 'p.png') is False
