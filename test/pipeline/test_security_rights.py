# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Policies of SROS 2: names, the format, and what is not allowed."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.fleet.rights import device_rights
from edge_sched_ros.fleet.rights import rights_of_coordinator
from edge_sched_ros.fleet.rights import rights_of_device
from edge_sched_ros.pipeline.security.names import read_rule
from edge_sched_ros.pipeline.security.names import ResolvedNames
from edge_sched_ros.pipeline.security.policy_xml import Enclave
from edge_sched_ros.pipeline.security.policy_xml import write_policy
from edge_sched_ros.pipeline.security.rights import bag_rights
from edge_sched_ros.pipeline.security.rights import Rights
from edge_sched_ros.pipeline.security.rights import rights_of_scheduler

PARAMETERS = {
    'tasks': ['detector', 'tracker'],
    'detector.network': 'detector.yaml',
    'detector.topic': 'front/image_raw',
    'detector.deadline_ms': 60.0,
    'tracker.network': 'embedding.yaml',
    'tracker.after': 'detector',
    'tracker.deadline_ms': 100.0,
}


@pytest.mark.parametrize(
    ('name', 'absolute'),
    [
        ('a/b', '/robot/a/b'),
        ('/a', '/a'),
        ('~/timing', '/robot/node/timing'),
        ('front/image', '/rear/image'),
        ('/robot/front/image', '/rear/image'),
    ],
)
def test_names_are_resolved_as_ros_does(name, absolute):
    names = ResolvedNames('node', '/robot', {'front/image': '/rear/image'})
    assert names.resolve(name) == absolute
    assert names.is_remapped(name) == (absolute == '/rear/image')


def test_wrong_names_and_rules_are_told():
    for arguments, where in (
        (('a b',), '--name'),
        (('a', 'relative'), '--namespace'),
        (('a', '/a//b'), '--namespace'),
    ):
        with pytest.raises(ConfigError) as found:
            ResolvedNames(*arguments)
        assert found.value.where == where
    assert read_rule('a:=/b') == ('a', '/b')
    for rule in ('a', 'a:=', ':=b', 'a=b', 'a b:=c'):
        with pytest.raises(ConfigError, match='FROM:=TO'):
            read_rule(rule)


def test_a_scheduler_may_do_what_its_tasks_need_in_its_namespace():
    found = rights_of_scheduler(PARAMETERS, ResolvedNames('one', '/robot'))
    assert {'/clock', '/robot/front/image_raw', '/robot/front/camera_info'} == found.subscribe
    assert {'/robot/detector/detections', '/robot/tracker/tracks', '/robot/one/timing'} < (
        found.publish
    )
    assert not any('*' in name for name in found.publish | found.subscribe)
    # no topic of another task, of the devices, or of the camera
    outside = {name for name in found.publish if not name.startswith('/robot/')}
    assert outside == {'/rosout', '/parameter_events', '/diagnostics'}
    assert all(name.startswith('/robot/one/') for name in found.reply) and not found.request
    assert '/robot/bond' not in found.publish
    with_bond = rights_of_scheduler(
        {**PARAMETERS, 'bond_heartbeat_period': 0.1}, ResolvedNames('one', '/robot')
    )
    assert with_bond.publish - found.publish == {'/robot/bond'}


def test_devices_and_coordinators_may_speak_to_those_they_are_told_of():
    names = ResolvedNames('node')
    device = rights_of_device({'device': 'orin', 'coordinators': ['boss'], 'peers': ['x']}, names)
    assert '/devices/boss/reports' in device.publish and '/devices/x/tensors' in device.publish
    assert {name for name in device.subscribe if 'devices' in name} == {
        '/devices/beats',
        '/devices/orin/orders',
        '/devices/orin/tensors',
    }
    assert {name for name in device_rights(names, 'orin').publish if '*' in name} == {
        '/devices/*/reports',
        '/devices/*/tensors',
    }
    values = {**PARAMETERS, 'coordinator': 'boss', 'devices': ['orin']}
    del values['tracker.network'], values['tracker.after'], values['tracker.deadline_ms']
    boss = rights_of_coordinator({**values, 'tasks': ['detector']}, names, node='coordinator')
    assert {'/devices/orin/orders', '/devices/orin/tensors', '/devices/beats'} < boss.publish
    assert '/devices/boss/reports' in boss.subscribe and '/devices/home/tensors' in boss.subscribe
    assert not any('*' in name for name in boss.publish)


def test_bags_are_played_or_recorded():
    names = ResolvedNames('bag_player')
    assert {'/a', '/clock'} < bag_rights(names, ['/a'], plays=True).publish
    assert '/a' in bag_rights(names, ['/a'], plays=False).subscribe
    assert '/a' not in bag_rights(names, ['/a'], plays=False).publish


def test_the_policy_has_the_format_of_sros2_and_escapes_names():
    rights = Rights(frozenset(['/b', '/a']), frozenset(), frozenset(['/n/s']), frozenset())
    root = ElementTree.fromstring(write_policy([Enclave('/e<', 'n', '/', rights)]).encode())
    assert (root.tag, root.attrib) == ('policy', {'version': '0.2.0'})
    (enclave,) = root.findall('enclaves/enclave')
    assert enclave.attrib == {'path': '/e<'}
    (profile,) = enclave.findall('profiles/profile')
    assert profile.attrib == {'ns': '/', 'node': 'n'}
    found = [(rule.tag, rule.attrib, [one.text for one in rule]) for rule in profile]
    # without rules of what there is none of: the schema wants at least one name in each
    assert found == [
        ('topics', {'publish': 'ALLOW'}, ['/a', '/b']),
        ('services', {'reply': 'ALLOW'}, ['/n/s']),
    ]
