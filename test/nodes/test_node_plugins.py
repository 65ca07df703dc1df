# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node with policies and programs from outside: parameters, changes, what is refused."""

from __future__ import annotations

import sys

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from distributions import installing
from distributions import POLICY
from rcl_interfaces.srv import DescribeParameters
from ros import set_parameters
from ros import state_of

pytestmark = pytest.mark.ros
installed = pytest.fixture(installing)
PROGRAM = """
from edge_sched_ros.perception.programs.options import Number


class Counter:
    stages, stateful, output = ('count',), False, 'none'
    numbers = {'limit': Number(2.0, 0.0, 100.0, description='Readings above this are counted')}

    def __init__(self, limit=2.0):
        self.limit = limit

    def run(self, stage, context): return 0
    def set_option(self, name, value): self.limit = 2.0 if value is None else value
    def reset(self): ...
    def close(self): ...
"""


def _running(node):
    return node._pipeline.status().policy, node._pipeline.status().policy_parameters


def _names(node, start):
    return sorted(n for n in node._parameters if n.startswith(start))


@pytest.mark.parametrize(
    ('name', 'group'), [('longest', 'longest'), ('of_node:Mine', 'of_node.Mine')]
)
def test_a_policy_from_outside_has_its_parameters(bench, start, installed, name, group):
    installed('p', {'policies': {'longest': 'of_node:Mine'}}, {'of_node': POLICY})
    node = start(**{'policy': f'{name}+drop', f'policies.{group}.bonus_ms': 7})
    assert state_of(node) == 'active'
    values = {'bonus_ms': 7.0, 'strict': False, 'most': 3, 'margin_ms': 2.0, 'probe_after': 10}
    assert _running(node) == (f'{name}+drop', values)
    assert _names(node, 'policies.') == sorted(f'policies.{group}.{key}' for key in values)
    key = f'policies.{group}.bonus_ms'
    assert set_parameters(bench, **{key: 9}).successful
    assert _running(node)[1]['bonus_ms'] == 9.0
    refused = set_parameters(bench, **{key: 101.0})
    assert not refused.successful and key in refused.reason
    mistyped = set_parameters(bench, **{f'policies.{group}.bonus': 1.0})
    assert not mistyped.successful and f"did you mean '{key}'" in mistyped.reason
    request = DescribeParameters.Request(names=[key, 'policy'])
    found = bench.call(DescribeParameters, 'scheduler/describe_parameters', request).descriptors
    assert found[0].description == 'Waiting time a priority is worth'
    assert 'longest+drop, ' in found[1].additional_constraints
    # and back again, its parameters kept
    assert set_parameters(bench, policy='edf').successful
    assert set_parameters(bench, policy=name).successful
    assert _running(node) == (name, {'bonus_ms': 9.0, 'strict': False, 'most': 3})


def test_at_run_time_an_installed_policy_may_be_named_but_no_other_module(bench, start, installed):
    installed(
        'p',
        {'policies': {'later': 'of_later:Mine', 'broken': 'of_broken:Mine'}},
        {'of_later': POLICY, 'of_strange': 'Mine = open("/dev/null")'},
    )
    node = start()
    refused = set_parameters(bench, policy='of_strange:Mine')
    assert "'of_strange:Mine' names a module that this node was not started with" in refused.reason
    assert set_parameters(bench, **{'policies.of_strange.Mine.gain': 1.0}).reason.endswith(
        'the scheduler has no such parameter'
    )
    assert not {'of_strange', 'of_later'} & set(sys.modules)
    assert set_parameters(bench, policy='later').successful
    assert _running(node)[0] == 'later'
    assert set_parameters(bench, **{'policies.later.most': 4}).successful
    assert _running(node)[1]['most'] == 4
    refused = set_parameters(bench, policy='broken')
    assert "'broken' of p 1.0 (of_broken:Mine) cannot be used: of_broken: cannot" in refused.reason
    refused = set_parameters(bench, **{'policies.broken.gain': 1.0})
    assert 'policies.broken.gain: ' in refused.reason and 'cannot be used' in refused.reason
    assert _running(node)[0] == 'later' and state_of(node) == 'active'


def test_a_policy_that_cannot_be_imported_is_tried_again_when_configured_again(
    bench, start, installed
):
    folder = installed('p', {}, {'of_mended': 'import nothing_so_named'})
    node = start(policy='of_mended:Mine', policies__of_mended__Mine__most=5)
    assert state_of(node) == 'unconfigured'
    assert node._problem.startswith('policy: of_mended: cannot be imported: ModuleNotFoundError')
    (folder / 'of_mended.py').write_text(POLICY, encoding='utf-8')
    node.autostart()
    assert state_of(node) == 'active'
    assert _running(node) == ('of_mended:Mine', {'bonus_ms': 5.0, 'strict': False, 'most': 5})


def test_a_dump_with_another_policy_in_force_starts_a_node(bench, start, capfd):
    node = start(policy='edf', **{'policies.my_robot.policies.Mine.gain': 2.0})
    assert state_of(node) == 'active'
    told = capfd.readouterr()
    line = 'policies.my_robot.policies.Mine.gain: ignored, no such policy is in use'
    assert line in told.out + told.err


@pytest.mark.parametrize('name', ['counter', 'of_counter:Counter'])
def test_a_program_from_outside_has_its_parameters(bench, start, installed, name):
    installed('p', {'programs': {'counter': 'of_counter:Counter'}}, {'of_counter': PROGRAM})
    node = start(
        **{
            'detector.network': None,
            'detector.program': name,
            'detector.topic': 'imu',
            'detector.topic_type': 'std_msgs/msg/Float32',
            'detector.limit': 3,
        }
    )
    assert state_of(node) == 'active'
    assert node.get_parameter('detector.limit').value == 3.0
    assert set_parameters(bench, detector__limit=4.0).successful
    assert not set_parameters(bench, detector__limit=400.0).successful


def test_no_module_is_named_from_afar_while_unconfigured_either(bench, start, installed):
    installed('p', {'programs': {'counter': 'of_far:Counter'}}, {'of_far': PROGRAM})
    node = start(autostart=False)
    for key in ('detector.program', 'engine', 'preprocessor', 'policy'):
        refused = set_parameters(bench, **{key: 'of_far:Counter'})
        assert f"{key}: 'of_far:Counter' names a module" in refused.reason
    assert 'of_far' not in sys.modules
    changed = {'detector.network': '', 'detector.program': 'counter'}
    assert all(set_parameters(bench, **{key: text}).successful for key, text in changed.items())
    assert node.get_parameter('detector.limit').value == 2.0
