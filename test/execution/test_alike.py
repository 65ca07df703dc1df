# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which units are taken for equal."""

from __future__ import annotations

import pytest

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.alike import alike_units
from edge_sched_ros.execution.units import LocalUnit


def _cores(count):
    return [LocalUnit(Unit(f'cpu{core}', 'cpu'), core) for core in range(count)]


def _write(root, core, name, text):
    file = root / f'sys/devices/system/cpu/cpu{core}' / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.mark.parametrize('name', ['cpufreq/cpuinfo_max_freq', 'cpu_capacity'])
def test_fast_and_slow_cores_are_told_apart(tmp_path, name):
    for core, value in enumerate(['2000', '1000', '2000', '1000', '3000']):
        _write(tmp_path, core, name, f'{value}\n')
    assert alike_units(_cores(5), tmp_path) == [('cpu0', 'cpu2'), ('cpu1', 'cpu3')]


def test_where_linux_says_nothing_cores_are_equal(tmp_path):
    assert alike_units(_cores(3), tmp_path) == [('cpu0', 'cpu1', 'cpu2')]


def test_accelerators_are_equal_to_their_own_kind_only(tmp_path):
    names = {'gpu0': 'gpu', 'dla0': 'dla', 'dla1': 'dla', 'pva0': 'pva'}
    units = [LocalUnit(Unit(name, kind)) for name, kind in names.items()]
    assert alike_units(units, tmp_path) == [('dla0', 'dla1')]


def test_cores_that_are_not_pinned_may_be_any(tmp_path):
    units = [LocalUnit(Unit(f'cpu{n}', 'cpu')) for n in range(2)]
    assert alike_units(units, tmp_path) == []
