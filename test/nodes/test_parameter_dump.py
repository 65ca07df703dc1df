# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A dump of the node's parameters can be loaded again, as ``ros2 param`` does both."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

import yaml
from humble import LikeHumble
from humble import STEREO
from rcl_interfaces.srv import DescribeParameters
from rcl_interfaces.srv import GetParameters
from rcl_interfaces.srv import ListParameters
from rcl_interfaces.srv import SetParameters
from rclpy import parameter as rclpy_parameter
from ros import set_parameters
from ros import state_of

from edge_sched_ros.nodes import scheduler_node

pytestmark = pytest.mark.ros
from_yaml = getattr(rclpy_parameter, 'parameter_dict_from_yaml_file', None)


def _names(bench):
    response = bench.call(ListParameters, 'scheduler/list_parameters', ListParameters.Request())
    return sorted(response.result.names)


def _dump(bench):
    """Return what ``ros2 param dump`` prints."""
    names = _names(bench)
    request = GetParameters.Request(names=names)
    values = bench.call(GetParameters, 'scheduler/get_parameters', request).values
    assert len(values) == len(names)
    tree = {}
    for name, value in zip(names, values):
        *groups, last = name.split('.')
        inside = tree
        for group in groups:
            inside = inside.setdefault(group, {})
        inside[last] = rclpy_parameter.parameter_value_to_python(value)
    return yaml.dump({'/scheduler': {'ros__parameters': tree}}, default_flow_style=False)


def _load(bench, file):
    """Do what ``ros2 param load`` does; return what could not be set, with the reason."""
    given = list(from_yaml(str(file), True, target_nodes=['/scheduler']).values())
    request = SetParameters.Request(parameters=given)
    results = bench.call(SetParameters, 'scheduler/set_parameters', request).results
    assert len(results) == len(given) > 20
    return {p.name: r.reason for p, r in zip(given, results) if not r.successful}


@pytest.mark.skipif(from_yaml is None, reason='this rclpy reads no parameter files')
@pytest.mark.parametrize('humble', [False, True])
@pytest.mark.parametrize('tasks', [{}, STEREO])
def test_a_dump_can_be_loaded(bench, start, monkeypatch, tmp_path, humble, tasks):
    if humble:
        monkeypatch.setattr(scheduler_node, 'SchedulerNode', LikeHumble)
    node = start(units=[], admission='off', **tasks)
    assert state_of(node) == 'active'
    file = tmp_path / 'dump.yaml'
    file.write_text(_dump(bench))
    assert _load(bench, file) == {}
    assert _dump(bench) == file.read_text()
    # and with what was set at run time
    task = 'stereo' if tasks else 'detector'
    option = {'stereo__window': 7} if tasks else {'detector__score_threshold': 1e-05}
    for change in (option, {f'{task}__deadline_ms': 77.5}, {'policy': 'dream'}):
        assert set_parameters(bench, **change).successful
    assert set_parameters(bench, policies__dream__tune=False).successful
    first, second = file.read_text(), _dump(bench)
    assert 'tune: false' in second and 'dream' not in first
    file.write_text(first)
    assert _load(bench, file) == {}
    file.write_text(second)
    assert _load(bench, file) == {}
    assert _dump(bench) == second
    assert node._pipeline.status().policy == 'dream'
    assert node._pipeline.status().policy_parameters['tune'] is False


@pytest.mark.skipif(from_yaml is None, reason='this rclpy reads no parameter files')
def test_a_dump_of_another_policy_can_be_loaded(bench, start, tmp_path):
    node = start(policy='horizon', policies__horizon__budget=300)
    file = tmp_path / 'dump.yaml'
    file.write_text(_dump(bench).replace('policy: horizon', 'policy: dream+drop'))
    assert _load(bench, file) == {}
    text = file.read_text().replace(
        'policies:\n', 'policies:\n      fcfs: {static_mapping: true}\n'
    )
    file.write_text(text.replace('policy: dream+drop', 'policy: fcfs'))
    assert _load(bench, file) == {}
    assert node._pipeline.status().policy_parameters == {'static_mapping': True}


def test_what_is_declared_concerns_the_node(bench, start):
    start()
    names = _names(bench)
    options = {'score_threshold', 'nms_iou', 'max_detections', 'max_candidates'}
    assert {n.partition('.')[2] for n in names if n.startswith('detector.')} >= options
    assert not any(n.endswith(('max_age_frames', 'focal_px', 'strength')) for n in names)
    assert [n for n in names if n.startswith('policies.')] == [
        'policies.edf.margin_ms',
        'policies.edf.probe_after',
    ]
    assert set_parameters(bench, policy='dream').successful
    request = DescribeParameters.Request(names=['policies.dream.tune', 'detector.score_threshold'])
    described = bench.call(DescribeParameters, 'scheduler/describe_parameters', request)
    tune, threshold = described.descriptors
    assert (tune.type, tune.read_only) == (1, False) and 'tunes alpha and beta' in tune.description
    assert 'boxes says 0.3' in threshold.description
    assert threshold.floating_point_range[0].to_value == 1.0


def test_a_setting_goes_back_to_what_the_network_says(bench, start):
    node = start()
    assert node.get_parameter('detector.score_threshold').value == 0.3
    variants = node._pipeline._loaded().programs['detector'].variants
    assert set_parameters(bench, detector__score_threshold=0.9).successful
    assert variants.first.decoder.options['score_threshold'] == 0.9
    assert set_parameters(bench, detector__score_threshold=0.3).successful
    assert variants.first.decoder.options['score_threshold'] == 0.3


def test_names_of_others_do_not_stop_the_node(bench, start, capfd):
    node = start(
        robot_base_frame='base', controller_server__foo=3, camera2__topic='x', use_sim_time=False
    )
    assert state_of(node) == 'active'
    told = capfd.readouterr()
    text = told.out + told.err
    assert text.count('robot_base_frame: ignored, not a parameter of the scheduler') == 1
    assert text.count('controller_server.foo: ignored, not a parameter of the scheduler') == 1
    assert text.count("camera2.topic: ignored, 'camera2' is not in tasks (detector)") == 1


@pytest.mark.parametrize(
    ('name', 'problem'),
    [
        ('polcy', "polcy: unknown parameter; did you mean 'policy'?"),
        ('detctor.deadline_ms', "did you mean 'detector.deadline_ms'?"),
        ('policy_params.margin_ms', 'policy_params.margin_ms: is now policies.edf.margin_ms'),
    ],
)
def test_a_name_that_is_nearly_one_of_ours_is_refused(start, name, problem):
    node = start(**{name: 5})
    assert state_of(node) == 'unconfigured'
    assert problem in node._problem
