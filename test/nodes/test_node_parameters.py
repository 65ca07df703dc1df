# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the node: described, checked, changed while it runs."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from diagnostic_msgs.msg import DiagnosticArray
from humble import LikeHumble
from humble import STEREO
from rcl_interfaces.srv import DescribeParameters
from ros import image
from ros import set_parameters
from ros import state_of
from vision_msgs.msg import Detection2DArray

from edge_sched_ros.nodes import scheduler_node

pytestmark = pytest.mark.ros


def test_parameters_change_while_running(bench, start):
    node = start()
    assert set_parameters(bench, detector__deadline_ms=77.0).successful
    assert set_parameters(bench, detector__score_threshold=0.95).successful
    assert set_parameters(bench, policy='fcfs').successful
    status = node._pipeline.status()
    assert (status.tasks[0].deadline_ns, status.policy) == (77_000_000, 'fcfs')
    heard = bench.listen(Detection2DArray, 'detector/detections')
    bench.publish('front/image_raw', image(500))
    assert len(bench.wait_for(lambda: heard, 'the answer')[0].detections) == 0


def test_a_whole_number_is_a_fine_double(bench, start):
    node = start(detector__deadline_ms=80)
    assert node._pipeline.status().tasks[0].deadline_ns == 80_000_000
    if hasattr(node, 'add_pre_set_parameters_callback'):
        assert set_parameters(bench, detector__deadline_ms=90).successful
        assert node._pipeline.status().tasks[0].deadline_ns == 90_000_000


def test_an_empty_list_is_none_at_all(bench, start):
    node = start(units=[], detector__units=[])
    assert state_of(node) == 'active'
    assert node._settings.value('units') == []


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'detector__deadline_ms': -1.0}, 'detector.deadline_ms'),
        ({'detector__deadline_ms': float('nan')}, 'detector.deadline_ms'),
        ({'policy': 'lifo'}, "unknown policy 'lifo'"),
        ({'detector__network': 'other.yaml'}, 'cannot change while the node is active'),
        ({'arm__network': 'other.yaml'}, "'arm' is not in tasks (detector); set tasks first"),
        ({'detector__max_age_frames': 5.0}, 'detector.max_age_frames: unknown parameter; did you'),
        ({'detector__score_threshold': -0.5}, 'range'),
        ({'polcy': 'edf'}, "did you mean 'policy'?"),
        ({'robot_base_frame': 'x'}, 'the scheduler has no such parameter'),
    ],
)
def test_changes_that_cannot_be_are_refused(bench, start, changes, message):
    node = start()
    result = set_parameters(bench, **changes)
    assert not result.successful
    assert message in result.reason or 'range' in result.reason
    assert node._pipeline.status().tasks[0].deadline_ns == 5_000_000_000


@pytest.mark.parametrize('humble', [False, True])
@pytest.mark.parametrize(
    ('changes', 'reason'),
    [
        ({'window': 4.0}, 'stereo.window: must be odd, not 4'),
        ({'max_disparity': 250.0}, 'stereo.max_disparity: must be a multiple of 16, not 250'),
        ({'focal_px': 0.0}, 'stereo.focal_px: must be above zero'),
        ({'max_disparity': 64.0, 'window': 6.0}, 'stereo.window: must be odd, not 6'),
    ],
)
def test_what_a_program_cannot_take_is_refused(bench, start, monkeypatch, changes, reason, humble):
    if humble:
        monkeypatch.setattr(scheduler_node, 'SchedulerNode', LikeHumble)
    node = start(**STEREO)
    assert state_of(node) == 'active'
    program = node._pipeline._loaded().programs['stereo']
    before = {name: node.get_parameter(f'stereo.{name}').value for name in changes}
    set_now = {f'stereo__{name}': value for name, value in changes.items()}
    result = set_parameters(bench, atomically=True, **set_now)
    assert not result.successful and result.reason.startswith(reason), result.reason
    assert {n: node.get_parameter(f'stereo.{n}').value for n in changes} == before
    assert (program._options['window'], program._options['max_disparity']) == (5, 128)
    assert set_parameters(bench, stereo__window=7.0).successful
    assert program._options['window'] == 7


@pytest.mark.parametrize('humble', [False, True])
def test_a_range_of_depth_is_taken_in_any_order_and_never_empty(
    bench, start, monkeypatch, humble, tmp_path
):
    if humble:
        monkeypatch.setattr(scheduler_node, 'SchedulerNode', LikeHumble)
    deep = {'detector__network': str(tmp_path / 'deep.yaml')}
    node = start(**deep, detector__min_m=1.0, detector__max_m=5.0)
    decoder = node._pipeline._loaded().programs['detector'].variants.first.decoder
    for changes, problem in (
        ({'detector__min_m': 6.0}, 'detector.min_m: must be below max_m (5), not 6'),
        ({'detector__max_m': 0.5}, 'detector.min_m: must be below max_m (0.5), not 1'),
        ({'detector__max_m': 8.0, 'detector__min_m': 9.0}, 'detector.min_m: must be below max_m'),
        ({'detector__scale': 0.0}, 'detector.scale: must not be 0'),
    ):
        result = set_parameters(bench, atomically=True, **changes)
        assert not result.successful and result.reason.startswith(problem), result.reason
        assert (decoder.options['min_m'], decoder.options['max_m']) == (1.0, 5.0)
    for least, most in ((6.0, 9.0), (1.0, 2.0)):
        for names in (('min_m', 'max_m'), ('max_m', 'min_m')):
            now = dict(zip(('min_m', 'max_m'), (least, most)))
            changes = {f'detector__{name}': now[name] for name in names}
            assert set_parameters(bench, atomically=True, **changes).successful
            assert {name: decoder.options[name] for name in now} == now


def test_a_batch_is_taken_whole_or_not_at_all(bench, start):
    node = start()
    result = set_parameters(bench, atomically=True, detector__deadline_ms=50.0, policy='nonsense')
    assert not result.successful
    assert node._pipeline.status().tasks[0].deadline_ns == 5_000_000_000
    assert node.get_parameter('detector.deadline_ms').value == 5000.0
    assert set_parameters(
        bench, atomically=True, detector__deadline_ms=50.0, policy='edf'
    ).successful
    assert node._pipeline.status().policy == 'edf'


def test_parameters_change_on_humble_too(bench, start, monkeypatch):
    monkeypatch.setattr(scheduler_node, 'SchedulerNode', LikeHumble)
    node = start()
    assert isinstance(node, LikeHumble)
    assert set_parameters(bench, detector__deadline_ms=77.0).successful
    assert node._pipeline.status().tasks[0].deadline_ns == 77_000_000
    refused = set_parameters(bench, atomically=True, detector__deadline_ms=50.0, policy='nonsense')
    assert not refused.successful
    assert node._pipeline.status().tasks[0].deadline_ns == 77_000_000


def test_parameters_are_described(bench, start):
    start()
    response = bench.call(
        DescribeParameters,
        'scheduler/describe_parameters',
        DescribeParameters.Request(names=['detector.deadline_ms', 'policy', 'tasks']),
    )
    deadline, policy, tasks = response.descriptors
    assert 'milliseconds' in deadline.description
    assert deadline.floating_point_range[0].from_value > 0
    assert 'edf+drop' in policy.additional_constraints
    assert tasks.additional_constraints == 'changes only while the node is unconfigured'
    assert not any(one.read_only for one in response.descriptors)


def test_a_problem_set_right_is_forgotten(bench, start):
    node = start(detector__deadline_ms=-3.0)
    assert state_of(node) == 'unconfigured'
    arrays = bench.listen(DiagnosticArray, '/diagnostics')
    lines = bench.wait_for(lambda: [s for a in arrays for s in a.status], 'the reason')
    assert (lines[0].name, lines[0].level) == ('/scheduler: node', b'\x02')
    assert 'detector.deadline_ms' in lines[0].message
    assert set_parameters(bench, detector__deadline_ms=50.0).successful
    assert str(node.trigger_configure()).endswith('SUCCESS')
