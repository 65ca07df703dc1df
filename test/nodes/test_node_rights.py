# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every topic and service of a running node is in its policy, and little else."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from rclpy.parameter import Parameter

from edge_sched_ros.fleet.rights import rights_of_coordinator
from edge_sched_ros.fleet.rights import rights_of_device
from edge_sched_ros.nodes.coordinator_node import CoordinatorNode
from edge_sched_ros.nodes.device_node import DeviceNode
from edge_sched_ros.pipeline.inputs.topics import DEBUG_TOPICS
from edge_sched_ros.pipeline.inputs.topics import EXTRA_TOPICS
from edge_sched_ros.pipeline.inputs.topics import RESULT_TOPICS
from edge_sched_ros.pipeline.security.names import ResolvedNames
from edge_sched_ros.pipeline.security.rights import Rights
from edge_sched_ros.pipeline.security.rights import rights_of_scheduler

pytestmark = pytest.mark.ros


def used(node):
    """Return what a node makes, as rights."""
    where = (node.get_name(), node.get_namespace())

    def names(found):
        return frozenset(name for name, _ in found)

    return Rights(
        names(node.get_publisher_names_and_types_by_node(*where)),
        names(node.get_subscriber_names_and_types_by_node(*where)),
        names(node.get_service_names_and_types_by_node(*where)),
        names(node.get_client_names_and_types_by_node(*where)),
    )


def beyond(rights, allowed):
    """Return what is in the first and not in the second, all kinds together."""
    return {
        name
        for kind in ('publish', 'subscribe', 'reply', 'request')
        for name in getattr(rights, kind) - getattr(allowed, kind)
    }


def test_a_scheduler_makes_what_its_policy_allows(bench, start):
    node = start('-r', '__ns:=/robot', '-r', 'front/image_raw:=/rear/image', '-r', '__node:=one')
    bench.wait_for(lambda: '/rear/image' in used(node).subscribe, 'the subscription')
    values = {name: node.get_parameter(name).value for name in ('tasks',)}
    values |= {
        f'detector.{key}': node.get_parameter(f'detector.{key}').value
        for key in ('network', 'topic', 'deadline_ms')
    }
    names = ResolvedNames('one', '/robot', {'front/image_raw': '/rear/image'})
    allowed, made = rights_of_scheduler(values, names), used(node)
    assert beyond(made, allowed) == set()
    of_kinds = (*RESULT_TOPICS.values(), *EXTRA_TOPICS.values(), DEBUG_TOPICS)
    kinds = {name for topics in of_kinds for name in topics}
    optional = {f'/robot/detector/{kind}' for kind in kinds}
    # not in every distribution of ROS
    optional |= {'/clock', '/robot/one/get_type_description', '/robot/one/get_transition_graph'}
    # the CameraInfo of a detector is not needed
    optional |= {'/rear/camera_info', '/robot/detector/label_info'}
    assert beyond(allowed, made) <= optional


def test_a_coordinator_and_a_device_make_what_their_policies_allow(bench):
    network = {'detector.network': 'detector.yaml', 'detector.topic': 'front/image_raw'}
    of_boss = {'tasks': ['detector'], **network, 'home_runs': False, 'devices': ['orin']}
    of_device = {'device': 'orin', 'coordinators': ['coordinator'], 'peers': ['home']}
    made = []
    for kind, values in (
        (DeviceNode, {**of_device, 'networks': ['detector.yaml']}),
        (CoordinatorNode, {**of_boss, 'detector.deadline_ms': 60.0}),
    ):
        overrides = [Parameter(name, value=value) for name, value in values.items()]
        made.append(bench.add(kind(context=bench.context, parameter_overrides=overrides)))
    device, boss = made
    member = boss.parts.coordinator.members.get
    bench.wait_for(lambda: (one := member('orin')) is not None and one.joined, 'the device')
    for node, allowed in (
        (device, rights_of_device(of_device, ResolvedNames('device'))),
        (
            boss,
            rights_of_coordinator(
                {**of_boss, 'detector.deadline_ms': 60.0},
                ResolvedNames('coordinator'),
                node='coordinator',
            ),
        ),
    ):
        assert beyond(used(node), allowed) == set()
