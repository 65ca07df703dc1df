# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A coordinator and a device as nodes in this process, each with a context of its own."""

from __future__ import annotations

import socket
from urllib.request import urlopen

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

import itertools
from array import array

from children import TIMEOUT_S
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.parameter import Parameter
from ros import Bench
from ros import image
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray
from vision_msgs.msg import Detection3DArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.realtime import Measure
from edge_sched_ros.msg import JobTiming
from edge_sched_ros.msg import SchedulerStatus
from edge_sched_ros.msg import TensorMessage
from edge_sched_ros.nodes import realtime_settings
from edge_sched_ros.nodes.coordinator_node import CoordinatorNode
from edge_sched_ros.nodes.device_node import DeviceNode
from edge_sched_ros.nodes.scheduler_node import SchedulerNode
from edge_sched_ros.scenes.scene import Scene

pytestmark = pytest.mark.ros

K = [100.0, 0.0, 15.5, 0.0, 100.0, 15.5, 0.0, 0.0, 1.0]


@pytest.fixture
def add(bench):
    nodes = []

    def _add(kind, *ros_arguments, **values):
        node = kind(
            context=bench.context,
            cli_args=['--ros-args', *ros_arguments] if ros_arguments else None,
            parameter_overrides=[
                Parameter(name.replace('__', '.'), value=value) for name, value in values.items()
            ],
        )
        bench.add(node)
        nodes.append(node)
        return node

    yield _add
    for node in nodes:
        node.destroy_node()
        bench.nodes.remove(node)
        bench.executor.remove_node(node)


def _coordinator(add, *ros_arguments, **values):
    return add(
        CoordinatorNode,
        *ros_arguments,
        **{
            'tasks': ['detector'],
            'detector.network': 'detector.yaml',
            'detector.topic': 'front/image_raw',
            'detector.deadline_ms': 60_000.0,
            'status_period_s': 0.1,
            'home_runs': False,
            'qos_overrides./front/image_raw.subscription.reliability': 'reliable',
            **values,
        },
    )


def _joined(node, name):
    member = node.parts.coordinator.members.get(name)
    return member is not None and member.joined


def test_settings_for_real_time_act_in_both_nodes_and_are_told(bench, add, monkeypatch):
    asked = []

    def apply(**settings):
        asked.append(settings['priority'])
        return (Measure('realtime_priority', False, 'not permitted'),)

    monkeypatch.setattr(realtime_settings, 'apply_realtime', apply)
    add(DeviceNode, device='orin', networks=['detector.yaml'], realtime_priority=7)
    _coordinator(add, realtime_priority=5)
    lines = bench.listen(DiagnosticArray, '/diagnostics')
    told = 'realtime_priority: not permitted'
    bench.wait_for(
        lambda: any(one.message == told for array in lines for one in array.status), told
    )
    assert asked == [7, 5]


def test_frames_are_answered_by_the_device_and_told_of(bench, add):
    add(DeviceNode, device='orin', networks=['detector.yaml'])
    node = _coordinator(add)
    found = bench.listen(Detection2DArray, 'detector/detections')
    timing = bench.listen(JobTiming, 'coordinator/timing')
    lines = bench.listen(DiagnosticArray, '/diagnostics')
    states = bench.listen(SchedulerStatus, 'coordinator/status')
    bench.wait_for(lambda: _joined(node, 'orin'), 'the device')
    bench.publish('front/image_raw', image(1000, width=64, height=48))
    bench.wait_for(lambda: found and timing, 'the answer')
    assert found[0].header.stamp.sec == 1 and found[0].header.frame_id == 'lens'
    assert timing[0].outcome == JobTiming.ON_TIME
    assert {stage.unit.partition('/')[0] for stage in timing[0].stages} == {'orin'}
    bench.wait_for(
        lambda: any(
            value.key == 'partitions of detector' and value.value == '1'
            for status in lines[-1].status
            if status.name.endswith('device orin')
            for value in status.values
        ),
        'the diagnostics',
    )
    bench.wait_for(lambda: states and states[-1].tasks[0].on_time == 1, 'the status')
    (task,) = states[-1].tasks
    assert (task.name, task.released, task.deadline_ms) == ('detector', 1, 60_000.0)
    assert task.response_p50_ms > 0
    units = {unit.name: unit for unit in states[-1].units}
    (first, *_) = (unit for name, unit in units.items() if name.startswith('orin/'))
    assert first.kind == 'cpu' and first.state == 'available'
    assert states[-1].policy == 'look_ahead'


def test_a_coordinator_draws_debug_pictures_and_serves_metrics(bench, add):
    with socket.create_server(('127.0.0.1', 0)) as free:
        port = free.getsockname()[1]
    add(DeviceNode, device='orin', networks=['detector.yaml'])
    node = _coordinator(add, metrics_port=port)
    pictures = bench.listen(Image, 'detector/debug_image')
    bench.wait_for(lambda: node._debug._painter.wanted, 'the coordinator to see the subscriber')
    bench.wait_for(lambda: _joined(node, 'orin'), 'the device')
    bench.publish('front/image_raw', image(1000, width=64, height=48))
    bench.wait_for(lambda: pictures, 'a picture')
    assert (pictures[0].width, pictures[0].height, pictures[0].header.stamp.sec) == (64, 48, 1)

    def read():
        with urlopen(f'http://127.0.0.1:{port}/metrics', timeout=TIMEOUT_S) as answer:
            return answer.read().decode()

    line = 'edge_sched_jobs_total{outcome="on_time",reason="",task="detector"} 1.0'
    bench.wait_for(lambda: line in read(), 'the count')
    assert 'unit="orin/cpu0"' in read()


def _answers(bench, node_topics):
    """Return what comes on topics, by name, for a few pictures sent one after the other."""
    heard = {name: bench.listen(kind, name) for name, kind in node_topics.items()}
    scene = Scene(seed=4)
    for number in range(5):
        picture = scene.frame(40 + 2 * number).image_bgr
        height, width = picture.shape[:2]
        message = image(1000 + number, width=width, height=height)
        message.data = array('B', picture.tobytes())
        bench.publish('front/image_raw', message)
        bench.wait_for(
            lambda: all(len(one) == number + 1 for one in heard.values()),  # noqa: B023
            'the answers',
        )
    return {
        name: [
            (one.header.stamp.nanosec, [(d.id, d.bbox, d.results) for d in one.detections])
            if isinstance(one, Detection2DArray)
            else (one.header.stamp.nanosec, bytes(one.data))
            for one in messages
        ]
        for name, messages in heard.items()
    }


def test_the_robot_of_the_demo_gives_the_answers_of_one_scheduler(bench, add):
    """Detector, tracker after it, and depth: on two devices, with tracks at home."""
    robot = {
        'tasks': ['detector', 'tracker', 'depth'],
        'detector.deadline_ms': 60_000.0,
        'tracker.network': 'embedding.yaml',
        'tracker.after': 'detector',
        'tracker.deadline_ms': 60_000.0,
        'tracker.min_hits': 2.0,
        'depth.network': 'depth.yaml',
        'depth.topic': 'front/image_raw',
        'depth.deadline_ms': 60_000.0,
    }
    topics = {
        'detector/detections': Detection2DArray,
        'tracker/tracks': Detection2DArray,
        'depth/image': Image,
    }
    networks = ['detector.yaml', 'embedding.yaml', 'depth.yaml']
    for name in ('orin', 'desk'):
        # all of them share one thread here: nobody is lost because another one loads its networks
        add(DeviceNode, device=name, networks=networks, lease_ms=60_000.0)
    node = _coordinator(add, high_level_policy='least_loaded', lost_after_ms=60_000.0, **robot)
    bench.wait_for(lambda: _joined(node, 'orin') and _joined(node, 'desk'), 'the devices')
    ours = _answers(bench, topics)
    done = {key for key, count in node.parts.coordinator.done.items() if count}
    assert ('home', 'tracker') in done and ('home', 'detector') not in done
    assert {task for device, task in done if device != 'home'} == set(robot['tasks'])
    other = Bench()
    try:
        # a coordinator runs the networks themselves where nothing else is asked for
        values = {**robot, 'detector.network': 'detector.yaml', 'fast_variants': False}
        values |= {'detector.topic': 'front/image_raw', 'autostart': True}
        values['qos_overrides./front/image_raw.subscription.reliability'] = 'reliable'
        scheduler = SchedulerNode(
            context=other.context,
            parameter_overrides=[Parameter(name, value=value) for name, value in values.items()],
        )
        other.add(scheduler)
        scheduler.autostart()
        theirs = _answers(other, topics)
    finally:
        other.close()
    assert any(boxes for _, boxes in theirs['tracker/tracks'])
    assert ours == theirs


def test_boxes_and_depth_are_joined_and_depth_images_are_read(bench, add, monkeypatch):
    monkeypatch.setattr('edge_sched_ros.nodes.connections._PATIENCE_S', 0.0)
    tasks = ['detector', 'finder', 'depth', 'joined', 'near']
    node = _coordinator(
        add,
        home_runs=True,
        tasks=tasks,
        **{f'{task}.deadline_ms': 60_000.0 for task in tasks},
        **{
            'finder.program': 'own_programs:OneBox',
            'finder.topic': 'front/image_raw',
            'depth.program': 'own_programs:TwoMetres',
            'depth.topic': 'front/image_raw',
            'joined.program': 'detections_3d',
            'joined.after': ['finder', 'depth'],
            'joined.min_points': 1,
            'near.min_points': 1,
            'near.program': 'detections_3d',
            'near.after': 'finder',
            'near.depth_topic': 'deep/image',
        },
    )
    joined = bench.listen(Detection3DArray, 'joined/detections_3d')
    near = bench.listen(Detection3DArray, 'near/detections_3d')
    stamps = itertools.count(1000, 10)
    text = "no CameraInfo on '/front/camera_info', so joined has no results"

    def told():
        bench.publish('front/image_raw', image(next(stamps)))
        return [line for lines in node._inputs.problems.values() for line in lines if text in line]

    bench.wait_for(told, 'that there is no CameraInfo')
    assert not joined and not near

    def answered():
        at = next(stamps)
        bench.publish('front/camera_info', CameraInfo(width=32, height=32, k=K))
        metres = array('B', array('f', [3.0] * 32 * 32).tobytes())
        deep = image(at, encoding='32FC1', step=4 * 32, data=metres)
        bench.publish('deep/image', deep)
        bench.publish('front/image_raw', image(at))
        return joined and near

    bench.wait_for(answered, 'the objects')
    for found, z in ((joined, 2.0), (near, 3.0)):
        (one,) = found[0].detections
        assert one.bbox.center.position.z == pytest.approx(z)
        assert found[0].header.frame_id == 'lens'


def test_settings_of_tasks_change_while_running_and_others_do_not(bench, add, tmp_path):
    file = tmp_path / 'fleet.yaml'
    unit = '{units: {cpu0: {kind: cpu}}}'
    link = '{from: home, to: orin, latency_ms: 7, bandwidth_mbps: 8}'
    file.write_text(f'devices: {{home: {unit}, orin: {unit}}}\nlinks: [{link}]\n')
    node = _coordinator(add, home_runs=True, links_file=str(file))
    known = node.parts.coordinator.read(lambda one: one.links.link('home', 'orin'))
    assert (known.latency_ns, known.bytes_per_s) == (7_000_000, 1e6)
    (good,) = node.set_parameters([Parameter('detector.deadline_ms', value=40.0)])
    assert good.successful
    deadline = node.parts.coordinator.read(lambda one: one.tasks['detector'].deadline_ns)
    assert deadline == 40_000_000
    for name, value, line in (
        ('detector.deadline_ms', -1.0, 'detector.deadline_ms'),
        ('detector.variant', 'huge', "detector.variant: unknown variant 'huge'"),
        ('tasks', ['other'], 'cannot change'),
        ('detector.network', 'depth.yaml', 'cannot change'),
    ):
        (bad,) = node.set_parameters([Parameter(name, value=value)])
        assert not bad.successful and line in bad.reason


def test_messages_that_make_no_sense_are_counted_and_nothing_else(bench, add):
    device = add(DeviceNode, device='orin', networks=['detector.yaml'])
    node = _coordinator(add)
    bench.wait_for(lambda: _joined(node, 'orin'), 'the device')
    session = device.server.status().session
    bad = TensorMessage(
        session=session, source='x', target='orin', tensor='images', kind='tensor',
        dtype='float32', shape=[1, 3], data=b'123',
    )  # fmt: skip
    bench.publish('devices/orin/tensors', bad)
    bench.publish_bytes('devices/orin/tensors', b'\0\1\0\0rubbish')
    rejected = device.server.account.rejected
    bench.wait_for(lambda: rejected.get('bad_size') and rejected.get('unreadable'), 'the count')
    found = bench.listen(Detection2DArray, 'detector/detections')
    bench.publish('front/image_raw', image(1000, width=64, height=48))
    bench.wait_for(lambda: found, 'the answer')


def test_results_that_go_to_their_own_input_are_refused(add):
    with pytest.raises(ConfigError, match=r'detector\.topic: is /front/image_raw, to which the'):
        _coordinator(add, '-r', 'detector/detections:=front/image_raw')


def test_namespaces_keep_robots_apart(bench, add):
    add(DeviceNode, '-r', '__ns:=/one', device='orin', networks=['detector.yaml'])
    mine = _coordinator(add, '-r', '__ns:=/one')
    other = _coordinator(add, '-r', '__ns:=/two')
    bench.wait_for(lambda: _joined(mine, 'orin'), 'the device')
    assert other.parts.coordinator.members.get('orin') is None
