# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Units found and chosen."""

from __future__ import annotations

import os

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.backends import ENGINES
from edge_sched_ros.execution.backends import pick
from edge_sched_ros.execution.backends import PREPROCESSORS
from edge_sched_ros.execution.registry import discover
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
    choice = select_units(FOUND, wanted, absent={})
    assert [local.unit.name for local in choice.units] == names
    assert choice.missing == {}


ABSENT = {'dla0': 'no DLA here', 'dla1': 'no second DLA', 'vic0': 'no VPI'}


@pytest.mark.parametrize(
    ('wanted', 'names', 'missing'),
    [
        (('dla0',), ['cpu0', 'cpu1', 'gpu0'], {'dla0': 'no DLA here'}),
        (('dla1', 'gpu'), ['gpu0'], {'dla1': 'no second DLA'}),
        (('vic', 'cpu1'), ['cpu1'], {'vic': 'no VPI'}),
        (('cpu7', 'cpu0'), ['cpu0'], {'cpu7': 'this machine has none of that name'}),
    ],
)
def test_a_unit_that_is_not_there_leaves_its_work_to_what_is(wanted, names, missing):
    choice = select_units(FOUND, wanted, absent=ABSENT)
    assert [local.unit.name for local in choice.units] == names
    assert choice.missing == missing


@pytest.mark.parametrize(
    ('name', 'hint'),
    [('gpo', "; did you mean 'gpu'?"), ('cpuX', "; did you mean 'cpu"), ('', ''), ('tpu0', '')],
)
def test_what_is_no_unit_on_any_machine_is_a_mistake(name, hint):
    with pytest.raises(ConfigError) as caught:
        select_units(FOUND, ('cpu0', name), absent=ABSENT, where='detector.units')
    assert str(caught.value).startswith(f"detector.units: '{name}' is not a unit")
    assert hint in str(caught.value)
    assert 'here are cpu0, cpu1, gpu0' in str(caught.value)


def test_automatic_choice_takes_what_really_computes():
    machine = discover()
    assert pick(machine.engines, 'auto', 'engine', among=ENGINES).name == 'onnxruntime'
    assert pick(machine.preprocessors, 'auto', 'k', among=PREPROCESSORS).name == 'opencv'
    with pytest.raises(ConfigError, match=r"k: unknown engine 'magic' \(known: .*onnx"):
        pick(machine.engines, 'magic', 'k', among=ENGINES)
