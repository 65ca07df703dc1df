# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A device whose network hangs says so, and none of its partitions starts."""

from __future__ import annotations

import re
import threading
from dataclasses import replace

import fleets
import pytest
from children import TIMEOUT_S

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.core.watchdog import Watchdog
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.fleet.device.loading import load_device
from edge_sched_ros.fleet.device.runner import RuntimeRunner
from edge_sched_ros.fleet.device.work import Runnable
from edge_sched_ros.fleet.device.work import Work
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig


class _Ends(list):
    def __init__(self):
        super().__init__()
        self._changed = threading.Condition()

    def __call__(self, end):
        with self._changed:
            self.append(end)
            self._changed.notify_all()

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self) >= count, TIMEOUT_S), list(self)


def test_a_network_that_hangs_is_off_as_a_whole_and_in_the_problems_of_its_device(monkeypatch):
    served = fleets.network()
    segments = tuple(one.name for one in served.form.graph.segments)
    served = replace(served, units=dict.fromkeys(segments, ('cpu0', 'cpu1')))
    let_go, ends = threading.Event(), _Ends()
    monkeypatch.setattr(type(served), 'run', lambda *_: let_go.wait(TIMEOUT_S) and [])
    runner = RuntimeRunner(
        {'net': served},
        tuple(LocalUnit(Unit(name)) for name in ('cpu0', 'cpu1')),
        policy='edf',
        watchdog=Watchdog(floor_ns=30_000_000, pause_ns=10**12, max_pause_ns=10**12),
    )

    def submit(*parts):
        runnable = Runnable('detector', 'net', parts, ())
        inputs = {name: None for one in served.form.graph.segments for name in one.inputs}
        runner.submit(Work(0, 'p', runnable, ('camera', 1), 2**62, 0, inputs, frozenset()))

    runner.start(ends)
    try:
        submit(segments[0])
        ends.wait_for(1)
        submit(*segments)
        ends.wait_for(2)
        assert [end.reason for end in ends] == ['unit_hung', 'task_hung']
        (line,) = runner.problems()
        assert re.match(
            f'net is off: {segments[0]} on cpu[01] has run for .* s; tried again', line
        )
    finally:
        let_go.set()
        runner.stop()


def test_a_coordinator_has_no_minimum_rates(tmp_path):
    task = TaskConfig('a', network=str(tmp_path / 'net.yaml'), topic='camera', min_rate_hz=2.0)
    with pytest.raises(ConfigError, match=r'a\.min_rate_hz: a coordinator of devices keeps no'):
        load_device(PipelineConfig((task,)))
