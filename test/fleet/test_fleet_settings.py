# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Settings of coordinator and device: documented, and wrong ones told by their key."""

from __future__ import annotations

import pytest
from pages import CHECKOUT

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.links import Link
from edge_sched_ros.fleet.node_help import COORDINATOR_HELP
from edge_sched_ros.fleet.node_help import DEVICE_HELP
from edge_sched_ros.fleet.settings import COORDINATOR_PARAMETERS
from edge_sched_ros.fleet.settings import device_config
from edge_sched_ros.fleet.settings import device_name
from edge_sched_ros.fleet.settings import DEVICE_PARAMETERS
from edge_sched_ros.fleet.settings import fleet_settings
from edge_sched_ros.fleet.settings import markdown
from edge_sched_ros.pipeline.settings.node_help import SCHEDULER_HELP
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS


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
    ('given', 'where', 'line'),
    [
        ({'high_level_policy': 'earliest'}, 'high_level_policy', "mean 'earliest_finish'"),
        (
            {'high_level_policy': 'edf'},
            'high_level_policy',
            "'edf' is a policy for the units of one device; those for devices: balanced_cut, ",
        ),
        (
            {'high_level_parameters': ['max_partitions']},
            'high_level_parameters',
            "'max_partitions' is not of the form NAME=NUMBER (or true, false)",
        ),
        ({'high_level_parameters': ['=2']}, 'high_level_parameters', "'=2' is not of the form"),
        (
            {'high_level_parameters': ['gain=1', 'gain=0']},
            'high_level_parameters',
            "'gain' is given twice",
        ),
        (
            {'high_level_parameters': ['max_partition=2']},
            'high_level_parameters',
            "'max_partition': look_ahead has no such parameter",
        ),
        (
            {'high_level_parameters': ['max_partition=2']},
            'high_level_parameters',
            "did you mean 'max_partitions'?",
        ),
        (
            {'high_level_parameters': ['max_partitions=99']},
            'high_level_parameters',
            "'max_partitions': must be a whole number from 1 to 8 for look_ahead, not 99",
        ),
        ({'devices': ['home']}, 'devices', 'is the local device'),
    ],
)
def test_wrong_coordinators_are_told_by_their_key(given, where, line):
    with pytest.raises(ConfigError) as found:
        fleet_settings(_values(COORDINATOR_PARAMETERS, **given), node='boss')
    assert found.value.where == where and line in found.value.problem


def test_parameters_of_the_policy_are_numbers_or_true_or_false():
    given = _values(
        COORDINATOR_PARAMETERS, high_level_parameters=['max_partitions=2', 'pin_units = False']
    )
    values = fleet_settings(given, node='boss').policy_parameters
    assert values == {'max_partitions': 2.0, 'pin_units': False}


@pytest.mark.parametrize(
    ('described', 'specs'),
    [
        (SCHEDULER_HELP, SCHEDULER_PARAMETERS),
        (DEVICE_HELP, DEVICE_PARAMETERS),
        (COORDINATOR_HELP, COORDINATOR_PARAMETERS),
    ],
    ids=lambda one: getattr(one, 'name', ''),
)
def test_help_names_every_parameter_with_its_default_and_an_example(described, specs):
    text = described.text()
    for spec in specs:
        assert f'  {spec.name} ({spec.kind}, default ' in text
    assert f'ros2 run edge_sched_ros {described.name} --ros-args' in text
    assert all(len(line) <= 98 for line in text.splitlines())
    assert (CHECKOUT / described.page.split()[0].rstrip(',')).is_file()


SYSTEM = """
devices:
  home: {units: {cpu0: {kind: cpu}}}
  hub: {units: {cpu0: {kind: cpu}}}
  ground: {units: {cpu0: {kind: cpu}}}
links:
  - {from: home, to: hub, latency_ms: 1, bandwidth_mbps: 100}
  - {from: hub, to: ground, latency_ms: 3, bandwidth_mbps: 100, loss: 0.5, one_way: true}
"""


def test_links_of_a_system_file_are_what_is_known_at_first(tmp_path):
    file = tmp_path / 'fleet.yaml'
    file.write_text(SYSTEM)
    given = _values(COORDINATOR_PARAMETERS, links_file=str(file))
    links = fleet_settings(given, node='boss').links
    assert links['home', 'hub'] == links['hub', 'home'] == Link(1_000_000, 12.5e6)
    way = links['home', 'ground']
    assert way.latency_ns == 4_000_000
    # half of the packets are sent again on the second link
    assert way.bytes_per_s == pytest.approx(1 / (1 / 12.5e6 + 1 / 6.25e6))
    assert ('ground', 'home') not in links


@pytest.mark.parametrize(
    ('text', 'given', 'line'),
    [
        (SYSTEM, {'home': 'hme'}, "has no device 'hme' (home); did you mean 'home'?"),
        (SYSTEM.partition('links')[0], {}, 'describes no links'),
        (SYSTEM.replace('to: hub', 'to: hubb'), {}, "there is no device 'hubb'"),
    ],
    ids=['home', 'no links', 'unknown device'],
)
def test_a_system_file_that_does_not_fit_is_one_line(tmp_path, text, given, line):
    file = tmp_path / 'fleet.yaml'
    file.write_text(text)
    with pytest.raises(ConfigError) as found:
        values = _values(COORDINATOR_PARAMETERS, links_file=str(file), **given)
        fleet_settings(values, node='boss')
    assert line in str(found.value) and '\n' not in str(found.value)


def test_a_system_file_that_is_not_there_is_told_by_its_key():
    with pytest.raises(ConfigError) as found:
        fleet_settings(_values(COORDINATOR_PARAMETERS, links_file='gone.yaml'), node='boss')
    assert found.value.where == 'links_file'


def test_no_parameter_of_a_coordinator_has_the_name_of_one_of_the_scheduler():
    names = {spec.name for spec in COORDINATOR_PARAMETERS}
    assert names.isdisjoint(spec.name for spec in SCHEDULER_PARAMETERS)
