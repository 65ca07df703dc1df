# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is fixed once the node is configured can be set before, as for any lifecycle node."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from humble import LikeHumble
from ros import set_parameters
from ros import state_of

from edge_sched_ros.nodes import scheduler_node

pytestmark = pytest.mark.ros

HUMBLE = pytest.mark.parametrize('humble', [False, True])


@pytest.fixture
def waiting(start, monkeypatch, request):
    """Return a function that starts a node which is not configured yet."""

    def _waiting(humble=False, **parameters):
        if humble:
            monkeypatch.setattr(scheduler_node, 'SchedulerNode', LikeHumble)
        node = start(autostart=False, **parameters)
        assert state_of(node) == 'unconfigured'
        return node

    return _waiting


def _configure(node):
    node.trigger_configure()
    assert state_of(node) == 'inactive', node._problem


@HUMBLE
def test_network_topic_and_units_are_set_before_configuring(bench, waiting, tmp_path, humble):
    node = waiting(humble)
    for changes in (
        {'detector__network': str(tmp_path / 'deep.yaml')},
        {'detector__topic': 'rear/image_raw'},
        {'units': ['cpu0']},
        # an option of the network that was just set
        {'detector__scale': 2.0},
    ):
        result = set_parameters(bench, **changes)
        assert result.successful, result.reason
    _configure(node)
    status = node._pipeline.status()
    assert [unit.name for unit in status.units] == ['cpu0']
    assert node._config.tasks[0].topic == '/rear/image_raw'
    assert node._pipeline.network_of('detector') == 'deep'
    assert node._config.tasks[0].options == {'scale': 2.0}


@HUMBLE
def test_afterwards_they_are_refused_with_the_way_there(bench, waiting, humble):
    node = waiting(humble)
    _configure(node)
    for state, steps in (('inactive', 'cleanup'), ('active', 'deactivate, then cleanup')):
        if state == 'active':
            node.trigger_activate()
        assert state_of(node) == state
        result = set_parameters(bench, units=['cpu0'])
        assert not result.successful
        assert result.reason == (
            f'units: cannot change while the node is {state}; first: '
            f'ros2 lifecycle set /scheduler {steps}'
        )
        # a batch with it is refused whole
        batch = {'detector__deadline_ms': 70.0, 'detector__topic': 'rear/image_raw'}
        assert not set_parameters(bench, atomically=True, **batch).successful
        assert node.get_parameter('detector.deadline_ms').value == 5000.0
        # what it has already is no change
        assert set_parameters(bench, detector__topic='front/image_raw').successful
    node.trigger_deactivate()
    node.trigger_cleanup()
    assert set_parameters(bench, units=['cpu0']).successful
    _configure(node)
    assert [unit.name for unit in node._pipeline.status().units] == ['cpu0']


@HUMBLE
def test_tasks_come_and_go_with_their_parameters(bench, waiting, tmp_path, humble):
    node = waiting(humble)
    network = str(tmp_path / 'deep.yaml')
    early = set_parameters(bench, depth__network=network)
    assert not early.successful
    assert early.reason.startswith("depth.network: 'depth' is not in tasks (detector)")
    for changes in (
        {'tasks': ['detector', 'depth']},
        {'depth__network': network},
        {'depth__topic': 'front/image_raw'},
        {'depth__deadline_ms': 70.0},
        {'depth__max_m': 9.0},
    ):
        result = set_parameters(bench, **changes)
        assert result.successful, result.reason
    _configure(node)
    assert [task.name for task in node._pipeline.status().tasks] == ['detector', 'depth']
    node.trigger_cleanup()
    assert set_parameters(bench, tasks=['detector']).successful
    assert not node.has_parameter('depth.network')
    _configure(node)
    assert [task.name for task in node._pipeline.status().tasks] == ['detector']
    node.trigger_cleanup()
    # what was set is taken up again
    assert set_parameters(bench, tasks=['depth']).successful
    assert not node.has_parameter('detector.network')
    _configure(node)
    (task,) = node._config.tasks
    assert (task.name, task.deadline_ms, task.options) == ('depth', 70.0, {'max_m': 9.0})


@pytest.mark.parametrize(
    ('tasks', 'problem'),
    [
        (['units'], "tasks: 'units' is the name of a parameter"),
        (['a', 'a'], "tasks: names 'a' twice"),
        ([], 'tasks: needs the name of at least one task'),
    ],
)
def test_names_that_tasks_cannot_have_are_refused(bench, waiting, tasks, problem):
    node = waiting()
    result = set_parameters(bench, tasks=tasks)
    assert (result.successful, result.reason) == (False, problem)
    _configure(node)


def test_options_of_another_network_come_in_place_of_those_that_were(bench, waiting, tmp_path):
    node = waiting(detector__score_threshold=0.9)
    boxes = node.get_parameter('detector.network').value
    assert set_parameters(bench, detector__network=str(tmp_path / 'deep.yaml')).successful
    assert not node.has_parameter('detector.score_threshold')
    assert node.has_parameter('detector.scale')
    assert set_parameters(bench, detector__network=boxes).successful
    assert node.get_parameter('detector.score_threshold').value == 0.9
    _configure(node)


@pytest.mark.parametrize(
    ('wrong', 'problem', 'right'),
    [
        ({'units': 5}, 'units: must be a list of texts', {'units': []}),
        ({'tasks': ['units']}, "tasks: 'units' is the name", {'tasks': ['detector']}),
        (
            {'detector__max_m': 3.0},
            'detector.max_m: unknown parameter',
            {'detector__network': 'deep.yaml'},
        ),
    ],
)
def test_what_was_wrong_at_the_start_is_set_right(bench, start, tmp_path, wrong, problem, right):
    node = start(**wrong)
    assert state_of(node) == 'unconfigured'
    assert problem in node._problem
    changes = {
        name: str(tmp_path / value) if name.endswith('network') else value
        for name, value in right.items()
    }
    result = set_parameters(bench, **changes)
    assert result.successful, result.reason
    _configure(node)
