# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""System files that are written say what was read, and no more."""

from __future__ import annotations

import pytest

from edge_sched_ros.system.finding import built_in
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.writing import system_data
from edge_sched_ros.system.writing import write_system


@pytest.mark.parametrize('name', built_in())
def test_what_comes_with_the_package_comes_back_as_it_was(tmp_path, name):
    system = load_system(name)
    path = tmp_path / 'written.yaml'
    write_system(path, system, '# written by a test\n')
    assert system_data(load_system(path)) == system_data(system)
    assert load_system(path).model_dump() == system.model_dump()


def test_what_is_as_where_it_is_absent_is_left_out():
    data = {'units': {'cpu0': {'slots': 1}}, 'reserved_mib': 0.0, 'front_end_limit': None}
    found = system_data(parse_system(('a', data)))
    assert found == {'format': 1, 'units': {'cpu0': {'kind': 'cpu'}}, 'front_end_limit': None}


def test_what_something_is_comes_first_and_where_numbers_come_from_after_them():
    cost = {'source': 'a paper', 'latency_ms': 2.0, 'energy_mj': 3.0}
    data = {'networks': {'n': {'cost': {'cpu': cost}}}, 'units': ['cpu0'], 'name': 'robot'}
    found = system_data(parse_system(('a', data)))
    assert list(found) == ['format', 'name', 'units', 'networks']
    (stage,) = found['networks']['n']['variants']['base']['stages']
    assert list(stage['cost']['cpu']) == ['latency_ms', 'energy_mj', 'source']
