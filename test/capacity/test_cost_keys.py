# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A cost that no unit would ever look up is a typo, and is named."""

from __future__ import annotations

import copy

import pytest
from capacity_systems import cluster_of
from capacity_systems import problem_of
from placements import app
from placements import COSTS
from placements import DEVICES

from edge_sched_ros.core.errors import ConfigError

UNITS = {'g0': {'kind': 'gpu', 'type': 'orin'}}


def read(costs, *, units=None):
    """Read a file with one network."""
    return cluster_of({'devices': {'d': {'units': units or UNITS}}, 'costs': {'x': costs}}).system


@pytest.mark.parametrize('key', ['g0', 'orin', 'gpu'])
def test_name_type_and_kind_are_keys_of_costs(key):
    assert read({key: 1.0}).costs['x'][key].latency_ms == 1.0


@pytest.mark.parametrize(
    ('key', 'words'),
    [
        ('memory_mib', 'goes beside latency_ms, as in {gpu: {latency_ms: 10, memory_mib: 300}}'),
        ('swap_ms', 'goes beside latency_ms'),
    ],
)
def test_a_part_of_a_cost_is_no_unit(key, words):
    with pytest.raises(ConfigError) as error:
        read({'gpu': 10.0, key: 300.0})
    assert error.value.where == f'f: costs.x.{key}' and words in error.value.problem
    costs = copy.deepcopy(COSTS)
    costs['small'][key] = 300
    with pytest.raises(ConfigError) as error:
        problem_of({'devices': DEVICES, 'costs': costs, 'tasks': {'a': app()}})
    assert error.value.where == f'f: costs.small.{key}'


def test_a_unit_may_be_called_like_a_cost():
    units = {'cv': {'kind': 'dla'}}
    assert read({'cv': 1.0}, units=units).costs['x']['cv'].latency_ms == 1.0


def test_costs_that_no_unit_uses_are_named_in_one_line(caplog):
    """They may be for devices of another file, so they are no mistake."""
    read({'gpu': 10.0, 'gpuu': 3.0, 'tpu': 3.0})
    (line,) = caplog.messages
    assert line == (
        "f: costs: not used: x.gpuu, x.tpu: no unit's name, type or kind (there are g0, gpu, orin)"
    )


# --- what the models would not use --------------------------------------------------------


@pytest.mark.parametrize(
    ('data', 'line'),
    [
        ({'devices': {'d': {'units': UNITS, 'count': 3}}}, 'f: devices.d.count: is 3; capacity'),
        ({'units': UNITS, 'count': 2}, 'f: count: is 2; capacity'),
        (
            {'units': UNITS, 'tasks': {'t': {'network': 'x', 'period_ms': 9, 'count': 2}}},
            'f: tasks.t.count: is 2; capacity needs each of them under a name of its own',
        ),
        (
            {'units': UNITS, 'transitions': [{'from': 'gqu', 'to': 'g0', 'ms': 1}]},
            "f: transitions.from: unknown unit 'gqu' (there are g0)",
        ),
        (
            {
                'devices': {
                    'd': {
                        'units': UNITS,
                        'contention': {'model': 'pairwise', 'slowdown': {'gqu': {'g0': 2}}},
                    }
                }
            },
            "f: devices.d.contention.slowdown: unknown unit 'gqu' (there are g0)",
        ),
    ],
)
def test_what_the_models_cannot_use_is_refused(data, line):
    with pytest.raises(ConfigError) as error:
        cluster_of({'costs': {'x': {'gpu': 1}}, **data})
    assert str(error.value).startswith(line)


def test_a_count_of_one_is_one():
    assert list(cluster_of({'units': UNITS, 'count': 1}).devices) == ['device']
