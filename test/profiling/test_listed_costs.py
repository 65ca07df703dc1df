# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs that somebody listed under ``costs`` stay when one unit of the network is measured."""

from __future__ import annotations

from dataclasses import replace

import pytest
from harness import task
from profiles import Clock
from profiles import Costed
from profiles import profile
from profiles import target
from profiles import units

import edge_sched_ros as es
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.profiling.additions import with_costs
from edge_sched_ros.profiling.apply import apply_profiles
from edge_sched_ros.profiling.measure import OnUnit
from edge_sched_ros.profiling.profile_file import read_profile
from edge_sched_ros.profiling.profile_file import write_profile
from edge_sched_ros.system.costs import Cost

UNITS = ('cpu0', 'dla0', 'gpu0')
LISTED = {'costs': {'net': {'gpu': 5.0, 'dla': {'latency_ms': 9.0, 'energy_mj': 3.0}}}}


@pytest.fixture
def one(tmp_path):
    file = tmp_path / 'net.onnx'
    file.write_text('net')
    clock = Clock()
    program = Costed(('infer',), lambda *_: 1.0, clock.spend)
    return target(program, {'infer': units(*UNITS)}, file=file)


def _measured(found, one, unit='cpu0', ms=2.0):
    return with_costs(found, one, unit, OnUnit({'infer': Cost(latency_ms=ms)}, True))


def _times_ms(found):
    profiles = Profiles()
    missing = apply_profiles(profiles, [task('a', units=UNITS)], {'a': 'net'}, found)
    times = {unit: profiles.expected_ns('a', 'base', 'infer', unit, 1) for unit in UNITS}
    gaps = {gap.unit for gap in missing}
    return {unit: ns / 1e6 for unit, ns in times.items() if unit not in gaps}


def test_other_units_keep_what_is_listed(one, tmp_path):
    found = _measured(profile(LISTED), one)
    assert _times_ms(found) == {'cpu0': 2.0, 'dla0': 9.0, 'gpu0': 5.0}
    # a measurement goes before what is listed for the same unit
    found = _measured(found, one, 'gpu0', 4.0)
    assert _times_ms(found) == {'cpu0': 2.0, 'dla0': 9.0, 'gpu0': 4.0}
    # and in the file
    write_profile(tmp_path / 'p.yaml', found)
    assert _times_ms(read_profile(tmp_path / 'p.yaml')) == _times_ms(found)


def test_a_variant_leaves_the_listed_one_as_it_is(one):
    found = _measured(profile(LISTED), replace(one, variant='light'))
    assert list(found.networks['net'].variants) == ['base', 'light']
    assert _times_ms(found) == {'dla0': 9.0, 'gpu0': 5.0}


def test_another_file_of_the_network_forgets_what_was_measured_but_not_what_is_listed(one):
    found = _measured(profile(LISTED), one)
    one.file.write_text('another net')
    assert _times_ms(_measured(found, one, 'dla0', 7.0)) == {'dla0': 7.0, 'gpu0': 5.0}


def test_what_is_written_is_simulated_on_every_unit(one, tmp_path):
    tasks = {'tasks': {'a': {'network': 'net', 'period_ms': 3.0, 'deadline_ms': 12.0}}}
    known = {'units': {name: {} for name in UNITS}, **LISTED, **tasks}
    write_profile(tmp_path / 'p.yaml', _measured(profile(known), one))
    robot = es.load_system(tmp_path / 'p.yaml')
    busy = es.simulate(robot, policy='round_robin', seconds=0.3)['units']
    assert all(unit['utilisation'] > 0 for unit in busy.values())
