# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which frames count, which were answered in time, how old the newest answer is."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.side_by_side.analysis.figures import figures
from benchmarks.side_by_side.analysis.figures import Run
from benchmarks.side_by_side.analysis.outcomes import ages_ms
from benchmarks.side_by_side.analysis.outcomes import Heard
from benchmarks.side_by_side.analysis.outcomes import outcome
from benchmarks.side_by_side.analysis.outcomes import Window
from benchmarks.side_by_side.analysis.outcomes import window_of

MS = 1_000_000
ALL = Window(0, 1000, 10.0)


def _ns(*ms):
    return np.array(ms, np.int64) * MS


def _heard(*pairs_ms):
    stamps, received = zip(*pairs_ms) if pairs_ms else ((), ())
    return Heard(_ns(*stamps), _ns(*received), _ns(*received))


def test_only_frames_of_the_window_count():
    found = outcome(
        _ns(0, 10, 20, 30, 40),
        _heard((0, 1), (10, 15), (20, 32), (40, 41)),
        window=Window(1, 3, 0.03),
        deadline_ms=10.0,
    )
    assert (found.frames, found.on_time) == (3, 1)
    assert found.response_ms.tolist() == [5.0, 12.0]


def test_an_answer_just_at_the_deadline_is_in_time_and_of_two_the_first_counts():
    found = outcome(_ns(0), _heard((0, 10), (0, 25)), window=ALL, deadline_ms=10.0)
    assert (found.on_time, found.response_ms.tolist()) == (1, [10.0])


def test_answers_to_frames_never_sent_do_not_count():
    found = outcome(_ns(0), _heard((5, 6)), window=ALL, deadline_ms=10.0)
    assert (found.frames, found.on_time, len(found.response_ms)) == (1, 0, 0)


def test_the_window_is_whole_frames_after_the_warm_up():
    assert window_of(20.0, 0.5, 2.0) == Window(10, 40, 2.0)
    window = window_of(9.0, 0.3, 0.5)
    assert (window.first, window.count, window.seconds) == (3, 4, pytest.approx(4 / 9))


def test_cameras_that_sent_less_than_the_window_are_no_error():
    found = outcome(_ns(0), _heard(), window=Window(1, 3, 0.03), deadline_ms=10.0)
    assert (found.frames, found.on_time, len(found.age_ms)) == (0, 0, 0)


def test_the_age_is_that_of_the_newest_answer_that_has_come():
    heard = _heard((0, 4), (10, 12))
    assert ages_ms(heard, (4 * MS, 16 * MS)).tolist() == [4, 6, 8, 10, 2, 4]


def test_an_older_answer_that_comes_later_makes_nothing_newer():
    heard = _heard((10, 12), (0, 13))
    assert ages_ms(heard, (14 * MS, 16 * MS)).tolist() == [4]


@pytest.mark.parametrize('heard', [_heard(), _heard((0, 99))])
def test_without_an_answer_the_age_grows_from_the_begin(heard):
    assert ages_ms(heard, (10 * MS, 14 * MS)).tolist() == [0, 2]


def _run(on_time, frames=10):
    stamps = np.arange(frames, dtype=np.int64) * 10
    heard = _heard(*((int(s), int(s) + 1) for s in stamps[:on_time]))
    tasks = {
        'a': outcome(_ns(*stamps), heard, window=ALL, deadline_ms=5.0),
        'b': outcome(_ns(*stamps), _heard(), window=ALL, deadline_ms=5.0),
    }
    return Run(0.1, tasks, {'cpu_s': 0.5, 'energy_j': None})


def test_a_run_in_figures():
    run = _run(5)
    assert (run.frames, run.on_time_per_s, run.answers_per_s) == (20, 50.0, 50.0)
    assert run.miss_ratio == pytest.approx(0.75)
    assert run.shares == {'a': 0.5, 'b': 0.0}


def test_runs_together_are_means_and_percentiles_over_all_answers():
    found = figures([_run(2), _run(4)])
    assert found['on_time_per_s'] == pytest.approx(30.0)
    assert found['miss_ratio'] == pytest.approx(0.85)
    assert found['p99_ms'] == pytest.approx(1.0)
    assert found['least_share_of_mean'] == 0.0
    assert (found['cpu_s'], found['energy_j'], found['runs']) == (0.5, None, 2)


def test_runs_without_any_answer_have_gaps_not_errors():
    found = figures([_run(0)])
    assert (found['p50_ms'], found['p99_ms'], found['least_share_of_mean']) == (None, None, None)
    assert found['miss_ratio'] == 1.0
