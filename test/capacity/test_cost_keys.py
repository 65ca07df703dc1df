# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A cost that no unit would ever look up is a typo, and is named."""

from __future__ import annotations

import copy

import pytest
from placements import app
from placements import DEVICES
from placements import NETWORKS

from edge_sched_ros.capacity.cluster_file import parse
from edge_sched_ros.capacity.placement.placement_file import parse_problem
from edge_sched_ros.core.errors import ConfigError

UNITS = {'g0': {'kind': 'gpu', 'type': 'orin'}}


def read(costs, *, units=None):
    """Read a file with one network."""
    return parse({'devices': {'d': {'units': units or UNITS}}, 'networks': {'x': costs}}, 'f')


@pytest.mark.parametrize('key', ['g0', 'orin', 'gpu'])
def test_name_type_and_kind_are_keys_of_costs(key):
    assert read({key: 1.0}).networks['x'][key].service_ms == 1.0


@pytest.mark.parametrize(
    ('key', 'words'),
    [
        ('memory_mib', 'goes beside service_ms, as in {gpu: {service_ms: 10, memory_mib: 300}}'),
        ('swap_ms', 'goes beside service_ms'),
    ],
)
def test_a_part_of_a_cost_is_no_unit(key, words):
    with pytest.raises(ConfigError) as error:
        read({'gpu': 10.0, key: 300.0})
    assert error.value.where == f'f: networks.x.{key}' and words in error.value.problem
    networks = copy.deepcopy(NETWORKS)
    networks['small'][key] = 300
    with pytest.raises(ConfigError) as error:
        parse_problem({'devices': DEVICES, 'networks': networks, 'apps': {'a': app()}}, 'f')
    assert error.value.where == f'f: networks.small.{key}'


def test_a_unit_may_be_called_like_a_cost():
    units = {'cv': {'kind': 'dla'}}
    assert read({'cv': 1.0}, units=units).networks['x']['cv'].service_ms == 1.0


def test_costs_that_no_unit_uses_are_named_in_one_line(caplog):
    """They may be for devices of another file, so they are no mistake."""
    read({'gpu': 10.0, 'gpuu': 3.0, 'tpu': 3.0})
    (line,) = caplog.messages
    assert line == (
        "f: networks: not used: x.gpuu, x.tpu: no unit's name, type or kind "
        '(there are g0, gpu, orin)'
    )
