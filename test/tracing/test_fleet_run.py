# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Traces of coordinators: jobs over several devices, for timelines, explanations and reports."""

from __future__ import annotations

import io

import pytest
from click.testing import CliRunner

from edge_sched_ros.cli.commands.explain import explain
from edge_sched_ros.cli.commands.report import report
from edge_sched_ros.cli.main import main
from edge_sched_ros.reporting.chrome_trace import write_chrome
from edge_sched_ros.reporting.timeline import Slice
from edge_sched_ros.reporting.timeline import timeline
from edge_sched_ros.reporting.timeline import UNITS
from edge_sched_ros.tracing.run import read_run


@pytest.fixture(scope='module')
def trace(tmp_path_factory):
    path = tmp_path_factory.mktemp('fleet') / 'fleet.trace'
    main(['simulate', 'fleet_robot_desk_faults', '--seconds', '5', '--trace', str(path)])
    return path


def test_jobs_and_units_are_those_of_the_devices(trace):
    run = read_run(trace)
    assert run.of_fleet and run.ended and not run.incomplete
    assert {'desk/gpu0', 'robot/cpu0', 'robot/cpu1'} <= set(run.setup.units)
    assert {job.task for job in run.jobs.values()} == {'detection', 'depth'}
    reasons = {job.reason for job in run.jobs.values()}
    assert 'device_lost' in reasons
    answered = [job for job in run.jobs.values() if job.answered]
    assert len(answered) > 100
    for job in answered:
        ran = [stage for stage in job.stages if stage.finished_ns is not None]
        assert ran
        for stage in ran:
            assert stage.unit in run.setup.units
            assert stage.decided_ns <= stage.started_ns <= stage.finished_ns <= job.ended_ns


def test_every_unit_of_every_device_has_a_line(trace):
    run = read_run(trace)
    lines = {
        entry.track.name
        for entry in timeline(run)
        if isinstance(entry, Slice) and entry.track.group == UNITS
    }
    assert {'desk/gpu0', 'robot/cpu0', 'robot/cpu1'} <= lines
    text = io.StringIO()
    write_chrome(timeline(run), text)
    assert 'desk/gpu0' in text.getvalue()


def test_a_miss_is_told_without_claims_about_what_would_help(trace):
    said = CliRunner().invoke(explain, [str(trace), '--worst', '3'], catch_exceptions=False)
    assert said.exit_code == 0
    assert 'failed after' in said.output and 'device_lost' in said.output
    assert 'which told of no end' in said.output
    assert 'runs of a coordinator are not simulated again' in said.output
    assert 'On time with' not in said.output and 'none of them was busy' not in said.output


def test_a_report_has_the_devices(trace, tmp_path):
    pytest.importorskip('bokeh')
    page = tmp_path / 'page.html'
    made = CliRunner().invoke(report, [str(trace), '-o', str(page)], catch_exceptions=False)
    assert made.exit_code == 0
    assert 'desk/gpu0' in page.read_text() and 'device_lost' in page.read_text()
