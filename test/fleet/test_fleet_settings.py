# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Settings of coordinator and device: documented, and wrong ones told by their key."""

from __future__ import annotations

import pytest
from pages import CHECKOUT

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.fleet.settings import COORDINATOR_PARAMETERS
from edge_sched_ros.fleet.settings import device_config
from edge_sched_ros.fleet.settings import device_name
from edge_sched_ros.fleet.settings import DEVICE_PARAMETERS
from edge_sched_ros.fleet.settings import fleet_settings
from edge_sched_ros.fleet.settings import markdown


def _values(specs, **given):
    return {spec.name: spec.default for spec in specs} | given


def test_the_page_documents_every_parameter():
    documented = (CHECKOUT / 'docs' / 'devices.md').read_text()
    for line in markdown().splitlines():
        assert line in documented, 'python -m edge_sched_ros.fleet.settings'


@pytest.mark.parametrize(
    ('given', 'where', 'line'),
    [
        ({}, 'networks', 'needs at least one network'),
        ({'networks': ['nowhere.yaml']}, 'networks', 'nowhere.yaml'),
        ({'networks': ['detector.onnx']}, 'networks', 'is an ONNX file'),
        ({'networks': ['detector.yaml'], 'units': ['qpu0']}, 'units', "'qpu0'"),
    ],
)
def test_wrong_devices_are_told_by_their_key(given, where, line):
    from edge_sched_ros.fleet.device.loading import load_device

    with pytest.raises(ConfigError, match=line) as found:
        load_device(device_config(_values(DEVICE_PARAMETERS, **given)))
    assert found.value.where == where


@pytest.mark.parametrize('name', ['a b', '1st', 'ä', 'a/b', 'a-b'])
def test_names_must_be_parts_of_topics(name):
    with pytest.raises(ConfigError, match='cannot be part of a topic'):
        device_name({'device': name})
    for key in ('coordinator', 'home', 'devices'):
        value = [name] if key == 'devices' else name
        with pytest.raises(ConfigError) as found:
            fleet_settings(_values(COORDINATOR_PARAMETERS, **{key: value}), node='boss')
        assert found.value.where == key


def test_a_computers_name_becomes_a_devices():
    assert device_name({'device': ''}).isidentifier()


@pytest.mark.parametrize(
    ('given', 'where'),
    [
        ({'high_level_policy': 'earliest'}, 'high_level_policy'),
        ({'high_level_parameters': ['max_partitions']}, 'high_level_parameters'),
        ({'high_level_parameters': ['depth=2']}, 'policy.depth'),
        ({'high_level_parameters': ['max_partitions=99']}, 'policy.max_partitions'),
        ({'devices': ['home']}, 'devices'),
    ],
)
def test_wrong_coordinators_are_told_by_their_key(given, where):
    with pytest.raises(ConfigError) as found:
        fleet_settings(_values(COORDINATOR_PARAMETERS, **given), node='boss')
    assert found.value.where == where


def test_parameters_of_the_policy_are_numbers():
    given = _values(COORDINATOR_PARAMETERS, high_level_parameters=['max_partitions=2'])
    assert fleet_settings(given, node='boss').policy_parameters == {'max_partitions': 2.0}
