# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo of an overloaded machine: what it counts, its pictures, and a short run of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from children import TIMEOUT_S

pytest.importorskip('bokeh', reason='bokeh is not installed (extra report)')

from benchmarks.overload_demo.judged import empty_run
from benchmarks.overload_demo.judged import judge
from benchmarks.overload_demo.judged import UNANSWERED
from benchmarks.overload_demo.moment import newest_answer
from benchmarks.side_by_side.analysis.outcomes import Heard
from benchmarks.side_by_side.analysis.outcomes import Sent
from benchmarks.side_by_side.workload import Workload
from edge_sched_ros.reporting.html.page import report
from edge_sched_ros.reporting.html.pictures import ShownPicture
from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.run import RecordedRun

_ROOT = Path(__file__).resolve().parents[2]
_MS = 1_000_000
_RATE_HZ = 10.0
#: of the clock of stamps, against that of the trace
_OFFSET_NS = 5_000 * _MS
_WORKLOAD = Workload('test', {'detect': 'detect.yaml'}, cameras=1, kinds=('detect',))


def _heard(*answers: tuple[int, int]) -> Heard:
    stamps, received = (np.array([at * _MS for at in row]) for row in zip(*answers))
    return Heard(stamps, received, received)


def _judged(jobs: list[JobLife]) -> list[JobLife]:
    """Return the jobs of four frames: on time, late, unanswered, unanswered."""
    run = empty_run(Path('baseline.trace'), _WORKLOAD, _RATE_HZ)
    run.jobs = {job.job: job for job in jobs}
    sent = Sent((np.array([at * _MS for at in (5000, 5100, 5200, 5300, 5400)]),))
    heard = {'detect0/detections': _heard((5000, 5010), (5100, 5140), (5200, 5301))}
    judge(run, _WORKLOAD, sent, heard, rate_hz=_RATE_HZ, first=1, offset_ns=_OFFSET_NS)
    return list(run.jobs.values())


def _job(number: int, at_ms: float, outcome: str, reason: str = '') -> JobLife:
    at_ns = round(at_ms * _MS)
    return JobLife(
        number, 'detect0', 'camera', number, at_ns, at_ns, at_ns + 100 * _MS,
        outcome=outcome, reason=reason, ended_ns=at_ns + 50 * _MS,
    )  # fmt: skip


def test_frames_count_as_the_observer_saw_them():
    found = _judged([])
    assert [(job.outcome, job.reason) for job in found] == [
        ('on_time', ''), ('late', ''), ('dropped', UNANSWERED), ('dropped', UNANSWERED),
    ]  # fmt: skip
    assert [job.response_ns for job in found] == [40 * _MS, 101 * _MS, 100 * _MS, 100 * _MS]


def test_a_trace_adds_reasons_but_not_outcomes():
    # the node says that the third frame was answered, but nobody heard it; it never saw the last
    found = _judged([_job(7, 100.02, 'late'), _job(8, 300.1, 'dropped', 'superseded')])
    assert [(job.job, job.outcome, job.reason) for job in found if job.job in (7, 8)] == [
        (7, 'on_time', ''),
        (8, 'dropped', 'superseded'),
    ]
    assert len(found) == 4


def test_frames_close_together_have_jobs_of_their_own():
    run = empty_run(Path('baseline.trace'), _WORKLOAD, _RATE_HZ)
    run.jobs = {n: _job(n, at, 'dropped', 'overtaken') for n, at in ((1, 100.2), (2, 100.4))}
    sent = Sent((np.array([5100 * _MS, 5100 * _MS + 300_000]),))
    heard = {'detect0/detections': Heard(*np.zeros((3, 0), np.int64))}
    judge(run, _WORKLOAD, sent, heard, rate_hz=_RATE_HZ, first=0, offset_ns=_OFFSET_NS)
    assert sorted(run.jobs) == [1, 2]


def test_the_newest_answer_is_that_of_the_newest_frame():
    heard = _heard((100, 150), (120, 130), (140, 170))
    assert newest_answer(heard, 160 * _MS) == 120 * _MS
    assert newest_answer(heard, 120 * _MS) is None


def _run_without_costs() -> RecordedRun:
    run = empty_run(Path('baseline.trace'), _WORKLOAD, _RATE_HZ)
    sent = Sent((np.array([5000 * _MS, 5100 * _MS]),))
    heard = {'detect0/detections': _heard((5000, 5010))}
    judge(run, _WORKLOAD, sent, heard, rate_hz=_RATE_HZ, first=0, offset_ns=_OFFSET_NS)
    return run


def test_a_page_shows_pictures_and_claims_nothing_without_costs():
    picture = ShownPicture('boxes <b> & "more"', b'jpeg')
    page = report([_run_without_costs()], {'baseline': [picture]})
    assert '<img alt="boxes &lt;b&gt; &amp; &quot;more&quot;"' in page
    assert 'src="data:image/jpeg;base64,anBlZw=="' in page
    assert 'Nothing was tried: the run has no costs to simulate it with.' in page
    assert 'although none of them was busy' not in page


def _demo(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(_ROOT / 'benchmarks/overload_demo'), '--out', str(folder)]
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=TIMEOUT_S
    )


@pytest.mark.dds
def test_a_short_run_ends_with_a_report_of_both(tmp_path):
    pytest.importorskip('rclpy', reason='ROS 2 is not here')
    done = _demo(tmp_path, '--seconds', '1', '--cameras', '1', '--full-hz', '15')
    assert done.returncode == 0, done.stdout + done.stderr
    # 20 frames of the one camera, less the first two, for three tasks
    assert done.stdout.count(' of 54 jobs (') == 2
    page = (tmp_path / 'report.html').read_text()
    assert 'Report of one_node_per_network, edge_sched_ros' in page
    # detection and depth of both
    assert page.count('<img alt="') == 4


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['--load', '0'], '--load must be above 0'),
        (['--seconds', 'nan'], '--seconds must be above 0'),
        (['--cameras', '4'], 'invalid choice'),
    ],
)
def test_mistakes_of_the_demo_are_told(tmp_path, arguments, problem):
    pytest.importorskip('rclpy', reason='ROS 2 is not here')
    done = _demo(tmp_path, *arguments)
    assert done.returncode == 2
    assert problem in done.stderr.splitlines()[-1]
    assert not list(tmp_path.iterdir())
