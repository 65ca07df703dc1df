# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a coordinator tells of devices that fail, hang, or are misspelt, in virtual time."""

from __future__ import annotations

import logging
from dataclasses import replace
from types import SimpleNamespace

from fleets import Fleet
from fleets import network

from edge_sched_ros.fleet.coordinator.fleet_status import fleet_status
from edge_sched_ros.fleet.coordinator.health import examine_fleet
from edge_sched_ros.fleet.device.work import WorkEnd
from edge_sched_ros.fleet.wire.offers import UnitLoad
from edge_sched_ros.pipeline.health.health import ERROR
from edge_sched_ros.pipeline.health.health import inputs_health
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccounts


def _line(fleet, name):
    lines = examine_fleet(fleet.coordinator, fleet.clock.now_ns)
    return next(line for line in lines if line.name == name)


def _break(runner):
    """Let every partition fail at once."""
    runner.submit = lambda work: runner._on_end(WorkEnd(work, 'engine_failed'))


def test_a_device_that_fails_everything_is_an_error_with_network_and_reason():
    fleet = Fleet(home_runs=True)
    orin = fleet.add('orin')
    fleet.run(500)
    assert _line(fleet, 'device home').level == OK
    submit = fleet.devices['home'].runner.submit
    _break(fleet.devices['home'].runner)
    fleet.run(1000, fps=20)
    line = _line(fleet, 'device home')
    assert line.level == ERROR
    assert 'net fails: 4 of the last 4 partitions (engine_failed); it gets no more' in line.message
    assert orin.runner.ran == 20 and fleet.outcomes() == {'on_time': 20}
    fleet.devices['home'].runner.submit = submit
    fleet.run(3000, fps=20)
    line = _line(fleet, 'device home')
    assert (line.level, line.message) == (OK, 'in use')
    assert set(fleet.outcomes()) == {'on_time'}


def test_a_lone_device_that_fails_is_named_and_tried_on():
    fleet = Fleet()
    _break(fleet.add('orin').runner)
    fleet.run(500)
    fleet.run(1000, fps=10)
    line = _line(fleet, 'device orin')
    assert line.level == ERROR and 'as no other device could take over' in line.message
    assert fleet.outcomes() == {'failed engine_failed': 10}


def test_suspicious_results_of_a_network_are_a_warning_of_its_device():
    fleet = Fleet()
    orin = fleet.add('orin')
    fleet.run(500)
    program = SimpleNamespace(doubt='nearly all boxes lie outside the picture')
    one = replace(network(), program=program)
    orin.server._networks = {'net': one, 'net:small': replace(one, variant='small')}
    fleet.run(300)
    line = _line(fleet, 'device orin')
    assert line.level == WARN
    doubt = 'nearly all boxes lie outside the picture'
    assert line.message == f'in use; suspicious results of net: {doubt}'
    program.doubt = ''
    fleet.run(300)
    assert _line(fleet, 'device orin').level == OK


def test_a_unit_that_hangs_is_named():
    fleet = Fleet()
    orin = fleet.add('orin')
    fleet.run(500)
    orin.runner.loads = lambda now_ns: (UnitLoad('cpu0', now_ns, 'hung'),)
    fleet.run(300)
    line = _line(fleet, 'device orin')
    assert line.level == ERROR and line.message == 'in use; the unit cpu0 is hung'
    status = fleet_status(fleet.coordinator, fleet.clock.now_ns)
    assert {unit.name: unit.state for unit in status.units}['orin/cpu0'] == 'hung'


def test_a_name_that_nobody_has_is_told_with_the_nearest_that_offers(caplog):
    fleet = Fleet(wanted=('orinn',))
    fleet.add('orin')
    fleet.add('desk')
    with caplog.at_level(logging.WARNING):
        fleet.run(4000)
        assert _line(fleet, 'devices').level == WARN  # no device for the task
        assert 'orinn' not in _line(fleet, 'devices').message
        fleet.run(2000)
    line = _line(fleet, 'devices')
    told = "devices: 'orinn' was never seen; did you mean 'orin'?"
    assert line.level == WARN and told in line.message
    assert line.values['not listed in devices'] == 'desk, orin'
    assert [record.getMessage() for record in caplog.records].count(told) == 1


def test_a_listed_device_that_was_seen_is_not_told_of_and_the_others_are_named():
    fleet = Fleet(wanted=('desk', 'late'))
    fleet.add('desk')
    fleet.add('orin')
    fleet.run(6000)
    line = _line(fleet, 'devices')
    assert line.message == "devices: 'late' was never seen (others that offer themselves: orin)"
    fleet.add('late')
    fleet.run(500)
    line = _line(fleet, 'devices')
    assert (line.level, line.message) == (OK, 'all fit')
    assert line.values['not listed in devices'] == 'orin'


def test_the_status_has_tasks_and_units_of_all_devices():
    fleet = Fleet()
    fleet.add('orin')
    fleet.run(500)
    before = fleet_status(fleet.coordinator, fleet.clock.now_ns)
    fleet.run(1000, fps=10)
    fleet.add('desk')
    fleet.run(500)
    status = fleet_status(fleet.coordinator, fleet.clock.now_ns)
    (task,) = status.tasks
    assert (task.released, task.on_time, task.in_flight) == (10, 10, 0)
    assert task.response_ms['p50'] is not None
    assert [unit.name for unit in status.units] == ['desk/cpu0', 'home/cpu0', 'orin/cpu0']
    rates = rates_between(before, status)
    assert rates.tasks['task'].on_time_hz == 10 / 1.5
    fleet.kill('orin')
    fleet.run(1000)
    units = {unit.name: unit for unit in fleet_status(fleet.coordinator, 0).units}
    assert units['orin/cpu0'].state == 'unavailable'
    assert units['orin/cpu0'].reason == 'the device is lost: silent'


def test_a_network_that_says_nothing_is_an_error_until_a_period_without_it():
    fleet = Fleet(home_runs=True)
    fleet.run(500)
    runner = fleet.devices['home'].runner
    submit = runner.submit
    before = fleet_status(fleet.coordinator, fleet.clock.now_ns)
    runner.submit = lambda work: runner._on_end(WorkEnd(work, 'invalid_output'))
    fleet.run(200, fps=10)
    runner.submit = submit
    status = fleet_status(fleet.coordinator, fleet.clock.now_ns)

    def line(rates):
        found = examine_fleet(fleet.coordinator, fleet.clock.now_ns, {}, rates)
        return next(each for each in found if each.name == 'task')

    said = line(rates_between(before, status))
    assert said.level == ERROR and '2 failed (invalid_output)' in said.message
    assert line(rates_between(status, status)).level != ERROR


def test_frames_that_never_arrived_are_in_status_and_diagnostics():
    fleet = Fleet()
    accounts = InputAccounts(['camera'])
    before = fleet_status(fleet.coordinator, 1, accounts.snapshot())
    accounts.lost('camera', 3, 'measured')
    status = fleet_status(fleet.coordinator, 10**9, accounts.snapshot())
    assert status.inputs['camera'].lost == 3
    (line,) = inputs_health(status, rates_between(before, status), Limits(10**9, 10**9))
    assert (line.name, line.level) == ('input camera', WARN)
    assert line.message == '3 lost before arrival (measured)'
