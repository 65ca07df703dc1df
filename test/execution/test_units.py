# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Units found and chosen."""

from __future__ import annotations

import os

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.registry import pick
from edge_sched_ros.execution.units import cpu_units
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.execution.units import select_units

FOUND = (
    LocalUnit(Unit('cpu0', 'cpu'), 0),
    LocalUnit(Unit('cpu1', 'cpu'), 1),
    LocalUnit(Unit('gpu0', 'gpu')),
)


def test_there_is_a_unit_for_every_core_we_may_use():
    assert {local.core for local in cpu_units()} == os.sched_getaffinity(0)


@pytest.mark.parametrize(
    ('wanted', 'names'),
    [
        ((), ['cpu0', 'cpu1', 'gpu0']),
        (('cpu',), ['cpu0', 'cpu1']),
        (('gpu0', 'cpu1'), ['gpu0', 'cpu1']),
        (('cpu1', 'cpu'), ['cpu1', 'cpu0']),
    ],
)
def test_units_are_chosen_by_name_or_kind(wanted, names):
    assert [local.unit.name for local in select_units(FOUND, wanted)] == names


def test_a_unit_that_is_not_there():
    with pytest.raises(
        ConfigError, match=r"units: this machine has no unit 'dla0' \(it has: cpu0"
    ):
        select_units(FOUND, ('dla0',))


def test_automatic_choice_takes_what_really_computes():
    machine = discover()
    assert pick(machine.engines, 'auto', 'engine', what='engine').name == 'onnxruntime'
    assert pick(machine.preprocessors, 'auto', 'k', what='preprocessor').name == 'opencv'
    with pytest.raises(ConfigError, match=r"k: unknown engine 'tensorrt' \(there are .*onnx"):
        pick(machine.engines, 'tensorrt', 'k', what='engine')
