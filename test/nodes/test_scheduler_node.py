# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The lifecycle node in this process: real rclpy, simulated networks."""

from __future__ import annotations

import threading
from array import array

import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import State
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from networks import write_network
from networks import write_onnx
from rcl_interfaces.srv import DescribeParameters
from rcl_interfaces.srv import SetParameters
from rcl_interfaces.srv import SetParametersAtomically
from rclpy.parameter import Parameter
from ros import Bench
from ros import image
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image
from sensor_msgs.msg import Imu
from std_msgs.msg import Bool
from vision_msgs.msg import Detection2DArray
from vision_msgs.msg import LabelInfo

from edge_sched_ros.msg import JobTiming
from edge_sched_ros.msg import SchedulerStatus
from edge_sched_ros.nodes.scheduler_node import SchedulerNode

pytestmark = pytest.mark.ros


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.close()


@pytest.fixture
def start(bench, tmp_path):
    """Return a function that starts a scheduler with parameters, by default one detector."""
    raw = np.zeros((1, 4, 7), np.float32)
    raw[0, 0] = [16, 16, 10, 10, 1, 0.1, 0.9]
    write_onnx(tmp_path / 'boxes.onnx', outputs={'out': raw}, input_shape=[1, 3, 32, 32])
    write_network(tmp_path, 'boxes', engine='auto', decoder_options={})
    write_onnx(
        tmp_path / 'deep.onnx',
        outputs={'out': np.full((1, 1, 8, 8), 2, np.float32)},
        input_shape=[1, 3, 32, 32],
    )
    write_network(
        tmp_path, 'deep', engine='auto', decoder='depth_metric', decoder_options={}, labels=[]
    )
    nodes = []

    def _start(**parameters):
        values = {
            'tasks': ['detector'],
            'detector.network': str(tmp_path / 'boxes.yaml'),
            'detector.topic': 'front/image_raw',
            'detector.deadline_ms': 5000.0,
            'status_period_s': 0.1,
            # a best-effort sample sent while the two sides still find each other is lost
            **{
                f'qos_overrides./{topic}.subscription.reliability': 'reliable'
                for topic in ('front/image_raw', 'rear/image_raw', 'front/camera_info', 'imu')
            },
            **{name.replace('__', '.'): value for name, value in parameters.items()},
        }
        node = SchedulerNode(
            context=bench.context,
            parameter_overrides=[
                Parameter(name, value=value) for name, value in values.items() if value is not None
            ],
        )
        bench.add(node)
        nodes.append(node)
        node.autostart()
        return node

    yield _start
    for node in nodes:
        node.close()


def _state(node):
    return node._state_machine.current_state[1]


def test_detections_keep_the_frames_header_and_labels_are_latched(bench, start):
    start()
    heard = bench.listen(Detection2DArray, 'detector/detections')
    bench.publish('front/image_raw', image(1500))
    message = bench.wait_for(lambda: heard and heard[0], 'the detections')
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (1, 500_000_000)
    assert message.header.frame_id == 'lens'
    box = message.detections[0].bbox
    assert (box.center.position.x, box.size_x) == (16.0, 10.0)
    labels = bench.listen(LabelInfo, 'detector/label_info', latched=True)
    bench.wait_for(lambda: labels, 'the labels')
    assert [entry.class_name for entry in labels[0].class_map] == ['a', 'b']


def test_depth_comes_with_its_camera(bench, start, tmp_path):
    start(detector__network=str(tmp_path / 'deep.yaml'))
    depths = bench.listen(Image, 'detector/image')
    infos = bench.listen(CameraInfo, 'detector/camera_info')
    info = CameraInfo(width=32, height=32, k=[40.0, 0.0, 15.5, 0.0, 40.0, 15.5, 0.0, 0.0, 1.0])
    bench.publish('front/camera_info', info)
    stamps = iter(range(1000, 9000, 10))

    def both():
        bench.publish('front/image_raw', image(next(stamps)))
        return depths and infos

    bench.wait_for(both, 'depth and camera')
    assert (depths[0].encoding, depths[0].width) == ('32FC1', 8)
    assert np.frombuffer(depths[0].data, np.float32).tolist() == [2.0] * 64
    assert (infos[0].width, infos[0].k[0]) == (8, 10.0)
    assert infos[0].header == depths[0].header or infos[0].header.frame_id == 'lens'


def test_compressed_images(bench, start):
    start(detector__topic='front/image_raw/compressed')
    heard = bench.listen(Detection2DArray, 'detector/detections')
    _, jpeg = cv2.imencode('.jpg', np.zeros((32, 32, 3), np.uint8))
    message = CompressedImage(format='jpeg', data=array('B', jpeg.tobytes()))
    message.header.stamp.sec = 3
    bench.publish('front/image_raw/compressed', message)
    assert bench.wait_for(lambda: heard, 'the detections')[0].header.stamp.sec == 3


def test_two_cameras_and_an_imu_trigger(bench, start, tmp_path):
    start(
        tasks=['detector', 'rear', 'pose'],
        rear__network=str(tmp_path / 'boxes.yaml'),
        rear__topic='rear/image_raw',
        pose__network=str(tmp_path / 'boxes.yaml'),
        pose__topic='rear/image_raw',
        pose__trigger_topic='imu',
        pose__trigger_type='sensor_msgs/msg/Imu',
        pose__deadline_ms=5000.0,
    )
    rear = bench.listen(Detection2DArray, 'rear/detections')
    pose = bench.listen(Detection2DArray, 'pose/detections')
    bench.publish('rear/image_raw', image(700))
    bench.wait_for(lambda: rear, 'the rear camera')
    assert not pose
    bench.publish('imu', Imu())
    message = bench.wait_for(lambda: pose and pose[0], 'the triggered task')
    assert message.header.stamp.nanosec == 700_000_000


def test_bad_frames_are_counted_and_the_next_is_answered(bench, start):
    start()
    heard = bench.listen(Detection2DArray, 'detector/detections')
    status = bench.listen(DiagnosticArray, '/diagnostics')
    bad = [
        image(100, encoding='bayer_rggb8'),
        image(200, data=array('B', b'abc')),
        image(300, width=0),
        image(400, step=5),
    ]
    for message in bad:
        bench.publish('front/image_raw', message)
        bench.executor.spin_once(timeout_sec=0.2)
    bench.publish('front/image_raw', image(1000))
    bench.wait_for(lambda: heard, 'the good frame')
    bench.publish('front/image_raw', image(900))

    def rejected():
        lines = [s for a in status for s in a.status if 'input' in s.name]
        values = {v.key for line in lines for v in line.values}
        wanted = {'unknown_encoding', 'short_data', 'zero_size', 'bad_step', 'backward_stamp'}
        return {f'rejected_{reason}' for reason in wanted} <= values

    bench.wait_for(rejected, 'the account of bad frames')
    assert len(heard) == 1


def test_timing_and_status_are_published(bench, start):
    start()
    timings = bench.listen(JobTiming, 'scheduler/timing')
    statuses = bench.listen(SchedulerStatus, 'scheduler/status')
    bench.publish('front/image_raw', image(500))
    timing = bench.wait_for(lambda: timings and timings[0], 'the timing')
    assert (timing.task, timing.outcome, timing.network) == ('detector', 0, 'boxes')
    assert [stage.name for stage in timing.stages] == ['preprocess', 'infer', 'postprocess']
    bench.wait_for(lambda: statuses and statuses[-1].tasks[0].on_time == 1, 'the status')
    assert statuses[-1].policy == 'edf+drop'
    assert {unit.kind for unit in statuses[-1].units} == {'cpu'}


def test_diagnostics_become_an_error_and_recover(bench, start):
    start(error_after_ms=300.0, silent_after_ms=200.0)
    arrays = bench.listen(DiagnosticArray, '/diagnostics')

    def levels():
        return {s.name: s.level for s in arrays[-1].status} if arrays else {}

    names = {'scheduler: detector', 'scheduler: input front/image_raw'}
    bench.wait_for(lambda: all(levels().get(n) == b'\x02' for n in names), 'the error')
    assert all(status.hardware_id for status in arrays[-1].status)
    silent = next(s for s in arrays[-1].status if 'input' in s.name)
    assert "nothing on 'front/image_raw'" in silent.message
    stamps = iter(range(1000, 90_000))

    seen = []

    def recovered():
        # a frame a period: more at once would supersede each other, which is worth a warning
        if len(arrays) > len(seen):
            seen[:] = arrays
            bench.publish('front/image_raw', image(next(stamps)))
        return all(levels().get(name) == b'\x00' for name in names)

    bench.wait_for(recovered, 'recovery')


def _set(bench, atomically=False, **values):
    parameters = [
        Parameter(name.replace('__', '.'), value=value).to_parameter_msg()
        for name, value in values.items()
    ]
    if atomically:
        response = bench.call(
            SetParametersAtomically,
            'scheduler/set_parameters_atomically',
            SetParametersAtomically.Request(parameters=parameters),
        )
        return response.result
    request = SetParameters.Request(parameters=parameters)
    return bench.call(SetParameters, 'scheduler/set_parameters', request).results[0]


def test_parameters_change_while_running(bench, start):
    node = start()
    assert _set(bench, detector__deadline_ms=77.0).successful
    assert _set(bench, detector__score_threshold=0.95).successful
    assert _set(bench, policy='fcfs').successful
    status = node._pipeline.status()
    assert (status.tasks[0].deadline_ns, status.policy) == (77_000_000, 'fcfs')
    heard = bench.listen(Detection2DArray, 'detector/detections')
    bench.publish('front/image_raw', image(500))
    assert len(bench.wait_for(lambda: heard, 'the answer')[0].detections) == 0


def test_a_whole_number_is_a_fine_double(bench, start):
    node = start(detector__deadline_ms=80)
    assert node._pipeline.status().tasks[0].deadline_ns == 80_000_000
    if hasattr(node, 'add_pre_set_parameters_callback'):
        assert _set(bench, detector__deadline_ms=90).successful
        assert node._pipeline.status().tasks[0].deadline_ns == 90_000_000


@pytest.mark.parametrize(
    ('changes', 'message'),
    [
        ({'detector__deadline_ms': -1.0}, 'detector.deadline_ms'),
        ({'detector__deadline_ms': float('nan')}, 'detector.deadline_ms'),
        ({'policy': 'lifo'}, "unknown policy 'lifo'"),
        ({'detector__network': 'other.yaml'}, 'read-only'),
        ({'detector__max_age_frames': 5.0}, 'this task has no such setting'),
        ({'detector__score_threshold': -0.5}, 'or -1 for what the network says'),
    ],
)
def test_changes_that_cannot_be_are_refused(bench, start, changes, message):
    node = start()
    result = _set(bench, **changes)
    assert not result.successful
    assert message in result.reason or 'range' in result.reason
    assert node._pipeline.status().tasks[0].deadline_ns == 5_000_000_000


def test_a_batch_is_taken_whole_or_not_at_all(bench, start):
    node = start()
    result = _set(bench, atomically=True, detector__deadline_ms=50.0, policy='nonsense')
    assert not result.successful
    assert node._pipeline.status().tasks[0].deadline_ns == 5_000_000_000
    assert node.get_parameter('detector.deadline_ms').value == 5000.0
    assert _set(bench, atomically=True, detector__deadline_ms=50.0, policy='edf').successful
    assert node._pipeline.status().policy == 'edf'


class _LikeHumble(SchedulerNode):
    """A node of a distro that has only the on-set callback."""

    def __getattribute__(self, name):
        if name in ('add_pre_set_parameters_callback', 'add_post_set_parameters_callback'):
            raise AttributeError(name)
        return super().__getattribute__(name)


def test_parameters_change_on_humble_too(bench, start, monkeypatch):
    monkeypatch.setitem(globals(), 'SchedulerNode', _LikeHumble)
    node = start()
    assert _set(bench, detector__deadline_ms=77.0).successful
    assert node._pipeline.status().tasks[0].deadline_ns == 77_000_000
    refused = _set(bench, atomically=True, detector__deadline_ms=50.0, policy='nonsense')
    assert not refused.successful
    assert node._pipeline.status().tasks[0].deadline_ns == 77_000_000


def test_a_clock_that_jumps_back_starts_anew(bench, start, capfd):
    start(use_sim_time=True)
    heard = bench.listen(Detection2DArray, 'detector/detections')
    for second in (100, 10):
        bench.publish('/clock', Clock(clock=Time(sec=second)))
        bench.executor.spin_once(timeout_sec=0.2)
        stamps = iter(range(second * 1000, second * 1000 + 900))

        def answered(second=second, stamps=stamps):
            bench.publish('front/image_raw', image(next(stamps)))
            return [m for m in heard if m.header.stamp.sec == second]

        bench.wait_for(answered, f'an answer at second {second}')
    assert 'starting anew' in capfd.readouterr().err


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
    assert tasks.read_only and not policy.read_only


@pytest.mark.parametrize(
    ('parameters', 'message'),
    [
        ({'detector__deadline_ms': -3.0}, 'detector.deadline_ms: must be from 0.001'),
        ({'detector__deadline_ms': 'fast'}, "detector.deadline_ms: must be a number, not 'fast'"),
        ({'policy': 'edff'}, "did you mean 'edf'"),
        ({'tasks': ['detector', 'detector']}, "two tasks are named 'detector'"),
        ({'detector__deadlin_ms': 3.0}, 'detector.deadlin_ms: unknown parameter; did you mean'),
        ({'detector__network': '/none.yaml'}, "detector.network: there is no file '/none.yaml'"),
        (
            {'detector__trigger_topic': 'x', 'detector__trigger_type': 'sensor_msgs/msg/Imagine'},
            "x: there is no message type 'sensor_msgs/msg/Imagine'",
        ),
        (
            {'detector__trigger_topic': 'x', 'detector__trigger_type': 'Imu'},
            'is not of the form package/msg/Type',
        ),
        (
            {'detector__topic_type': 'sensor_msgs/msg/Imu'},
            'detector.topic_type: is sensor_msgs/msg/Imu: a network needs images',
        ),
        ({'tasks': None}, 'tasks: needs the name of at least one task'),
    ],
)
def test_what_cannot_be_configured_is_one_line_and_the_node_lives(
    bench, start, parameters, message, capfd
):
    node = start(**parameters)
    assert _state(node) == 'unconfigured'
    error = capfd.readouterr().err
    assert message in error
    assert error.count('cannot be configured') == 1
    assert 'Traceback' not in error


def test_the_whole_life(bench, start):
    node = start(autostart=False)
    assert _state(node) == 'unconfigured'

    def change(transition):
        request = ChangeState.Request(transition=Transition(id=transition))
        return bench.call(ChangeState, 'scheduler/change_state', request).success

    for _ in range(2):
        assert change(Transition.TRANSITION_CONFIGURE)
        assert change(Transition.TRANSITION_ACTIVATE)
        heard = bench.listen(Detection2DArray, 'detector/detections')
        bench.publish('front/image_raw', image(500))
        bench.wait_for(lambda heard=heard: heard, 'an answer')
        assert change(Transition.TRANSITION_DEACTIVATE)
        assert node._pipeline is not None
        assert change(Transition.TRANSITION_ACTIVATE)
        assert change(Transition.TRANSITION_DEACTIVATE)
        assert change(Transition.TRANSITION_CLEANUP)
        assert node._pipeline is None
    assert change(Transition.TRANSITION_UNCONFIGURED_SHUTDOWN)
    assert node._state_machine.current_state[0] == State.PRIMARY_STATE_FINALIZED


def test_an_error_leads_back_to_unconfigured_and_on(bench, start, monkeypatch):
    node = start(autostart=False)
    with monkeypatch.context() as patch:
        patch.setattr('edge_sched_ros.nodes.scheduler_node.Pipeline.load', lambda self: 1 / 0)
        node.trigger_configure()
    assert _state(node) == 'unconfigured'
    assert str(node.trigger_configure()).endswith('SUCCESS')


def test_a_failing_network_leaves_the_other_task_alone(bench, start, tmp_path):
    broken = write_network(
        tmp_path,
        'broken',
        decoder_options={'simulate': {'outputs': [[1, 4, 7]], 'fail_every': 1}},
    )
    start(tasks=['detector', 'bad'], bad__network=str(broken), bad__topic='front/image_raw')
    heard = bench.listen(Detection2DArray, 'detector/detections')
    timings = bench.listen(JobTiming, 'scheduler/timing')
    for stamp in (100, 200, 300):
        bench.publish('front/image_raw', image(stamp))
        bench.wait_for(lambda n=stamp // 100: len(heard) >= n, 'the good task')
    bench.wait_for(lambda: sum(t.task == 'bad' for t in timings) == 3, 'the bad task')
    assert {t.reason for t in timings if t.task == 'bad'} == {'simulated_fault'}


def test_a_hung_network_is_reported_and_others_go_on(bench, start, tmp_path):
    stuck = write_network(
        tmp_path, 'stuck', decoder_options={'simulate': {'outputs': [[1, 4, 7]], 'hang_at': 1}}
    )
    start(
        tasks=['detector', 'bad'],
        bad__network=str(stuck),
        bad__topic='rear/image_raw',
        units=['cpu'],
        watchdog_floor_ms=1000.0,
    )
    arrays = bench.listen(DiagnosticArray, '/diagnostics')
    heard = bench.listen(Detection2DArray, 'detector/detections')
    bench.publish('rear/image_raw', image(100))
    bench.wait_for(
        lambda: any('hung' in s.message for a in arrays for s in a.status), 'the hung unit'
    )
    units = [s for s in arrays[-1].status if 'unit' in s.name]
    if any(s.level == b'\x00' for s in units):
        bench.publish('front/image_raw', image(200))
        bench.wait_for(lambda: heard, 'the other task')


def test_a_message_that_is_no_image_at_all_does_not_end_the_node(bench, start):
    start(
        detector__network='',
        detector__program='plain:Plain',
        detector__topic_type='std_msgs/msg/Bool',
        detector__topic='switch',
    )
    timings = bench.listen(JobTiming, 'scheduler/timing')
    turns = iter(range(1000))

    def timed():
        bench.publish('switch', Bool(data=next(turns) % 2 == 0))
        # published without pause, some supersede each other
        return any(timing.outcome == JobTiming.ON_TIME for timing in timings)

    bench.wait_for(timed, 'an answer')


def test_what_cannot_be_activated_leaves_no_threads(bench, start, capfd):
    before = threading.active_count()
    start(**{'qos_overrides./front/image_raw.subscription.reliability': 'sometimes'})
    assert 'cannot be activated' in capfd.readouterr().err
    assert threading.active_count() == before


def test_a_problem_set_right_is_forgotten(bench, start):
    node = start(detector__deadline_ms=-3.0)
    assert _state(node) == 'unconfigured'
    arrays = bench.listen(DiagnosticArray, '/diagnostics')
    lines = bench.wait_for(lambda: [s for a in arrays for s in a.status], 'the reason')
    assert (lines[0].name, lines[0].level) == ('scheduler: node', b'\x02')
    assert 'detector.deadline_ms' in lines[0].message
    assert _set(bench, detector__deadline_ms=50.0).successful
    assert str(node.trigger_configure()).endswith('SUCCESS')


def test_utilisation_is_of_the_last_activation(bench, start, tmp_path):
    import json

    node = start(summary_file=str(tmp_path / 'summary.json'))
    for _ in range(3):
        node.trigger_deactivate()
        node.trigger_activate()
    node.trigger_deactivate()
    units = json.loads((tmp_path / 'summary.json').read_text())['units']
    assert all(0 <= unit['utilisation'] <= 1 for unit in units.values())


def test_the_summary_is_written(bench, start, tmp_path):
    import json

    node = start(summary_file=str(tmp_path / 'deep' / 'summary.json'))
    heard = bench.listen(Detection2DArray, 'detector/detections')
    bench.publish('front/image_raw', image(500))
    bench.wait_for(lambda: heard, 'an answer')
    node.trigger_deactivate()
    summary = json.loads((tmp_path / 'deep' / 'summary.json').read_text())
    assert summary['tasks']['detector']['on_time'] == 1
    assert summary['inputs']['front/image_raw'] == {'received': 1, 'rejected': {}}
