# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A bag of results as ``edge-sched top`` shows it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from edge_sched_ros.bags.recorded_run import read_jobs
from edge_sched_ros.bags.results_writer import ResultsWriter
from edge_sched_ros.bags.scene_bag import write_scene_bag
from edge_sched_ros.cli.commands.top import top
from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.jobs import DROPPED
from edge_sched_ros.execution.jobs import FAILED
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.jobs import LATE
from edge_sched_ros.execution.jobs import ON_TIME
from edge_sched_ros.reporting.top.played import Ended
from edge_sched_ros.reporting.top.played import snapshots
from edge_sched_ros.scenes.scene import Scene

_MS = 1_000_000


def _end(number, outcome, response_ms, reason=''):
    """Return the end of a job of a frame every 100 ms, whose stage takes 20 ms."""
    stages = () if response_ms is None else (StageTiming('infer', 'cpu0', 0, 5 * _MS, 25 * _MS),)
    return JobEnd(
        task='detector',
        job=number,
        outcome=outcome,
        reason=reason,
        frame=Frame('camera', number, 1_000_000_000 + number * 100 * _MS, 'lens'),
        result=None,
        stages=stages,
        release_ns=0,
        deadline_ns=50 * _MS,
        response_ns=None if response_ms is None else response_ms * _MS,
        age_ns=4 * _MS,
        items=1,
        variant='base',
    )


@pytest.fixture
def bag(tmp_path):
    path = tmp_path / 'results'
    with ResultsWriter(
        path,
        outputs={'detector': 'detections'},
        extras={},
        network_of=lambda _task: 'net',
        labels={},
        info_of=lambda _task, _frame: None,
    ) as writer:
        for number in range(20):
            writer.write(_end(number, ON_TIME, 30))
        writer.write(_end(20, LATE, 60))
        writer.write(_end(21, DROPPED, None, 'superseded'))
        writer.write(_end(22, FAILED, None, 'corrupt_image'))
    return path


def test_a_whole_run(bag):
    (found,) = snapshots(read_jobs(bag), 'results')
    (task,), (unit,) = found.tasks, found.units
    assert (task.on_time, task.late) == (20, 1)
    assert task.lost == {'superseded': 1, 'failed_corrupt_image': 1}
    assert (task.deadline_ms, task.age_ms, task.p50_ms) == (50.0, 4.0, 30.0)
    assert not found.live
    # 21 stages of 20 ms from 1.03 to 3.2 s; the first began before the first end
    assert unit.name == 'cpu0' and unit.utilisation == pytest.approx(0.41 / 2.17, abs=0.01)


def test_a_run_step_by_step_adds_up_to_the_whole(bag):
    steps = snapshots(read_jobs(bag), 'results', 0.5)
    assert len(steps) == 5
    counts = [step.tasks[0].ended for step in steps]
    assert counts == sorted(counts) and counts[-1] == 23
    assert steps[1].tasks[0].on_time_hz == pytest.approx(10)
    assert steps[1].units[0].utilisation == pytest.approx(0.2, abs=0.01)
    assert [dict(step.tasks[0].lost) for step in steps[:4]] == [{}] * 4


def test_one_job_is_a_run():
    job = Ended('detector', 5.0, 50.0, 0.0, 20.0, 'on_time', '', (('cpu0', 4.98, 5.0),))
    (found,) = snapshots([job], 'x')
    assert found.tasks[0].on_time == 1


def test_the_command_shows_a_bag(bag):
    shown = CliRunner().invoke(top, [str(bag), '--once'], catch_exceptions=False)
    assert shown.exit_code == 0
    assert 'detector' in shown.output and '1 superseded' in shown.output
    (found,) = json.loads(CliRunner().invoke(top, [str(bag), '--json']).output)
    assert found['tasks'][0]['late'] == 1


def test_a_bag_without_jobs_is_named(tmp_path):
    path = tmp_path / 'scene'
    write_scene_bag(path, Scene(seed=1), frames=2)
    with pytest.raises(ConfigError, match=r'scene: has no message of the type .*JobTiming'):
        CliRunner().invoke(top, [str(path), '--once'], catch_exceptions=False)


def test_a_folder_that_is_no_bag_is_named(tmp_path):
    with pytest.raises(ConfigError, match='is not a bag'):
        CliRunner().invoke(top, [str(tmp_path), '--once'], catch_exceptions=False)
