# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The machine's telemetry reaches the dispatcher, the status and the messages."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
from networks import write_network
from sysfs import COMPUTERS

from edge_sched_ros.bags.typestore import make
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.units import HUNG
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.telemetry.sampler import Sample
from edge_sched_ros.execution.telemetry.sampler import Sampler
from edge_sched_ros.execution.telemetry.sampler import UnitUse
from edge_sched_ros.execution.telemetry.unit_reading import UnitReading
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.machine_watch import MachineWatch
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.status_messages import scheduler_status
from edge_sched_ros.pipeline.messages import time_message
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters

S = 1_000_000_000


@pytest.fixture
def orin(tmp_path):
    """A pipeline on an AGX Orin whose clock the test sets."""
    from dataclasses import replace

    tree = COMPUTERS['agx_orin_jp6'].tree(tmp_path / 'root')
    network = write_network(tmp_path, 'boxes', engine='simulated')
    values = {
        'tasks': ['detector'],
        'detector.network': str(network),
        'detector.topic': 'camera',
    }
    units = (LocalUnit(Unit('cpu0', 'cpu'), 0), LocalUnit(Unit('gpu0', 'gpu')))
    now = SimpleNamespace(ns=0)
    pipeline = Pipeline(
        from_parameters(values),
        on_end=lambda _end: None,
        machine=replace(discover(), units=units),
        clock_ns=lambda: now.ns,
        root=tree.root,
    )
    pipeline.load()
    yield SimpleNamespace(pipeline=pipeline, tree=tree, now=now)
    pipeline.unload()


def _look(orin, times=1):
    for _ in range(times):
        orin.now.ns += S
        orin.pipeline.look_at_machine()
    return {unit.name: unit for unit in orin.pipeline.status().units}


def test_before_the_first_look_nothing_is_known(orin):
    status = orin.pipeline.status()
    message = scheduler_status(
        make, status, rates_between(status, status), stamp=time_message(make, 0)
    )
    assert all(math.isnan(unit.temperature_c) for unit in message.units)
    assert all(math.isnan(unit.power_mw) for unit in message.units)


def test_readings_are_in_the_status_message_and_in_diagnostics(orin):
    _look(orin)
    status = orin.pipeline.status()
    rates = rates_between(status, status)
    found = {
        unit.name: unit
        for unit in scheduler_status(make, status, rates, stamp=time_message(make, 0)).units
    }
    assert (found['gpu0'].temperature_c, found['gpu0'].power_mw) == (45.5, 3800)
    assert (found['cpu0'].temperature_c, found['cpu0'].power_mw) == (48.0, 950)
    lines = {line.name: line for line in examine(status, rates, Limits(S, S))}
    assert lines['unit gpu0'].values['rail'] == 'VDD_GPU_SOC'
    assert lines['unit gpu0'].level == OK


def test_a_lower_cap_slows_the_unit_the_policies_see(orin):
    _look(orin)
    orin.tree.write('sys/class/devfreq/17000000.gpu/max_freq', 650_000_000)
    units = _look(orin, 2)
    speed = orin.pipeline._running().read(lambda d, _now: d.units['gpu0'].speed)
    assert speed == 0.5
    assert 'clock cap 650 MHz' in units['gpu0'].reason
    assert units['cpu0'].reason == ''


def test_throttling_is_a_warning_while_it_lasts(orin):
    orin.tree.write('sys/class/thermal/cooling_device2/cur_state', 1)
    _look(orin, 2)

    def line():
        status = orin.pipeline.status()
        lines = examine(status, rates_between(status, status), Limits(S, S))
        return next(line for line in lines if line.name == 'unit gpu0')

    assert line().level == WARN
    assert line().message == '0% busy, throttled by gpu-throttle-alert'
    orin.tree.write('sys/class/thermal/cooling_device2/cur_state', 0)
    _look(orin, 5)
    assert (line().level, line().message) == (OK, '0% busy')


class _Sampler:
    """Says what it is told to, and remembers what it was asked."""

    def __init__(self, *changes):
        self.changes = list(changes)
        self.asked = []
        self.readings = {}

    def sample(self, now_ns, uses):
        self.asked.append((now_ns, dict(uses)))
        return Sample(self.readings, tuple(self.changes.pop(0)) if self.changes else ())


class _Runtime:
    """A dispatcher's units, and what was posted."""

    def __init__(self):
        self.posted = []
        self.now_ns = 0
        self.busy_ns = 0
        self.busy_power_mw = {}
        self.unit = SimpleNamespace(
            state='available', stages_done=0, busy_until_now_ns=lambda _now: self.busy_ns
        )

    def read(self, look):
        return look(SimpleNamespace(units={'gpu0': self.unit}), self.now_ns)

    def post(self, event):
        self.posted.append(event)


def test_power_while_busy_is_kept_over_idle_periods_and_lost_with_its_rail():
    runtime, sampler = _Runtime(), _Sampler()
    watch = MachineWatch(runtime, sampler)
    told = []
    for reading in (
        UnitReading(rail='VDD_GPU_SOC', busy_power_estimate_mw=2500.0),
        UnitReading(rail='VDD_GPU_SOC'),
        UnitReading(),
    ):
        sampler.readings = {'gpu0': reading}
        watch.check()
        told.append(dict(runtime.busy_power_mw))
    assert told == [{'gpu0': 2500.0}, {'gpu0': 2500.0}, {}]


def test_what_a_stage_takes_is_estimated_from_the_rail(tmp_path):
    """On the same tree as above: 2 W more than idle while gpu0 is busy half of the time."""
    tree = COMPUTERS['agx_orin_jp6'].tree(tmp_path / 'root')
    runtime = _Runtime()
    sampler = Sampler((LocalUnit(Unit('gpu0', 'gpu')),), root=tree.root)
    watch = MachineWatch(runtime, sampler)
    watch.check()
    rail = tree.root / 'sys/bus/i2c/devices/1-0040/hwmon/hwmon3'
    volts = int((rail / 'in1_input').read_text()) / 1000
    before_ma = int((rail / 'curr1_input').read_text())
    (rail / 'curr1_input').write_text(f'{before_ma + round(2000 / volts)}\n')
    runtime.now_ns, runtime.busy_ns, runtime.unit.stages_done = S, S // 2, 10
    watch.check()
    assert runtime.busy_power_mw == {'gpu0': pytest.approx(4000, rel=0.01)}


def test_a_hung_unit_is_not_brought_back_by_a_clock():
    runtime = _Runtime()
    change = UnitChanged('gpu0', 'available', 'slower', 0.5)
    watch = MachineWatch(runtime, _Sampler([change]))
    runtime.unit.state = HUNG
    watch.check()
    assert runtime.posted == []
    runtime.unit.state = 'available'
    watch.check()
    watch.check()
    assert runtime.posted == [change]


def test_use_is_what_was_done_since_the_last_look():
    runtime, sampler = _Runtime(), _Sampler()
    watch = MachineWatch(runtime, sampler)
    for now_ns, busy_ns, stages in ((0, 0, 0), (2 * S, S // 2, 3), (3 * S, 3 * S, 3)):
        runtime.now_ns, runtime.busy_ns, runtime.unit.stages_done = now_ns, busy_ns, stages
        watch.check()
    assert [uses for _, uses in sampler.asked] == [
        {},
        {'gpu0': UnitUse(0.25, 3)},
        {'gpu0': UnitUse(1.0, 0)},
    ]
