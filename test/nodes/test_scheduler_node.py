# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the node takes in and gives out: real rclpy, tiny networks."""

from __future__ import annotations

import time
from array import array
from functools import partial

import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from builtin_interfaces.msg import Time
from children import TIMEOUT_S
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rclpy.serialization import serialize_message
from ros import image
from rosgraph_msgs.msg import Clock
from segments import CHAIN
from segments import write_cut
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image
from sensor_msgs.msg import Imu
from std_msgs.msg import Bool
from vision_msgs.msg import Detection2DArray
from vision_msgs.msg import LabelInfo

from edge_sched_ros.msg import JobTiming
from edge_sched_ros.msg import SchedulerStatus

pytestmark = pytest.mark.ros


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
    assert np.frombuffer(depths[0].data, np.float32).tolist() == [4.0] + [2.0] * 63
    assert (infos[0].width, infos[0].k[0]) == (8, 10.0)
    assert infos[0].header == depths[0].header or infos[0].header.frame_id == 'lens'


def test_a_camera_info_that_cannot_be_the_images_is_withheld_and_named(
    bench, start, tmp_path, capfd
):
    start(detector__network=str(tmp_path / 'deep.yaml'))
    depths = bench.listen(Image, 'detector/image')
    infos = bench.listen(CameraInfo, 'detector/camera_info')
    status = bench.listen(DiagnosticArray, '/diagnostics')
    k = [40.0, 0.0, 31.5, 0.0, 40.0, 15.5, 0.0, 0.0, 1.0]
    stamps = iter(range(1000, 90000, 10))

    def told(words):
        bench.publish('front/image_raw', image(next(stamps)))
        lines = [line for one in status[-3:] for line in one.status]
        return any(words in line.message and line.level == b'\x01' for line in lines)

    bench.publish('front/camera_info', CameraInfo(width=64, height=32, k=k))
    words = 'CameraInfo withheld: it describes images of 64x32 pixels, the image has 32x32'
    bench.wait_for(partial(told, words), 'the warning')
    assert depths and not infos
    assert capfd.readouterr().err.count(words) == 1
    # with a window the same one fits
    fitting = CameraInfo(width=64, height=32, k=k)
    fitting.roi.x_offset, fitting.roi.width, fitting.roi.height = 16, 32, 32
    bench.publish('front/camera_info', fitting)

    def has_info():
        bench.publish('front/image_raw', image(next(stamps)))
        return infos

    bench.wait_for(has_info, 'the CameraInfo')
    assert (infos[0].width, infos[0].height, infos[0].k[0], infos[0].k[2]) == (8, 8, 10.0, 3.5)


def test_a_clean_picture_is_published_with_its_camera(bench, start):
    start(detector__network=None, detector__program='denoise')
    pictures = bench.listen(Image, 'detector/image')
    infos = bench.listen(CameraInfo, 'detector/camera_info')
    info = CameraInfo(width=32, height=32, k=[40.0, 0.0, 15.5, 0.0, 40.0, 15.5, 0.0, 0.0, 1.0])
    bench.publish('front/camera_info', info)
    stamps = iter(range(1000, 9000, 10))

    def both():
        bench.publish('front/image_raw', image(next(stamps)))
        return pictures and infos

    bench.wait_for(both, 'picture and camera')
    sent = image(1000)
    # all frames are the same, and there is nothing to take away
    assert (pictures[0].encoding, pictures[0].step) == (sent.encoding, sent.step) != ('', 0)
    assert pictures[0].data == sent.data
    assert pictures[0].header.frame_id == infos[0].header.frame_id == 'lens'
    assert pictures[0].header.stamp.sec >= 1
    assert (infos[0].width, list(infos[0].k)) == (32, list(info.k))


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
        pose__deadline_ms=600_000.0,
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
    bad = {
        'unknown_encoding': image(100, encoding='yuv411'),
        'short_data': image(200, data=array('B', b'abc')),
        'zero_size': image(300, width=0),
        'bad_step': image(400, step=5),
    }

    def rejected(reason):
        lines = [s for a in status for s in a.status if 'input' in s.name]
        return f'rejected_{reason}' in {v.key for line in lines for v in line.values}

    # each waits for the one before: of two that come at once only the newest is seen
    for reason, message in bad.items():
        bench.publish('front/image_raw', message)
        bench.wait_for(partial(rejected, reason), reason)
    bench.publish('front/image_raw', image(1000))
    bench.wait_for(lambda: heard, 'the good frame')
    bench.publish('front/image_raw', image(900))
    bench.wait_for(partial(rejected, 'backward_stamp'), 'the stamp that went back')
    assert len(heard) == 1


def _rejected(status, topic, reason):
    lines = [s for a in status for s in a.status if s.name.endswith(topic)]
    return f'rejected_{reason}' in {v.key for line in lines for v in line.values}


def test_a_damaged_image_does_not_fill_the_log(bench, start, capfd):
    start()
    heard = bench.listen(Detection2DArray, 'detector/detections')
    status = bench.listen(DiagnosticArray, '/diagnostics')
    whole = image(100, width=1920, height=1080)
    whole.data = array('B', bytes(range(256))) * (1080 * 5760 // 256)
    damaged = bytearray(serialize_message(whole))
    at = damaged.index(b'bgr8') - 4
    # as long as the picture: the name of the encoding is what follows, to the end
    damaged[at : at + 4] = (1080 * 5760).to_bytes(4, 'little')
    bench.publish('front/image_raw', whole)
    bench.wait_for(lambda: heard, 'the whole one')
    bench.publish_bytes('front/image_raw', damaged)
    bench.wait_for(lambda: _rejected(status, 'front/image_raw', 'unreadable'), 'the rejection')
    log = capfd.readouterr().err
    (told,) = (line for line in log.splitlines() if 'not a sensor_msgs/Image' in line)
    assert len(told) < 300 and told.isprintable() and len(log) < 3000
    bench.publish('front/image_raw', image(1000))
    bench.wait_for(lambda: len(heard) == 2, 'the next frame')


@pytest.mark.parametrize(
    ('topic', 'message'),
    [('front/image_raw/compressed', CompressedImage()), ('imu', Imu())],
    ids=['compressed', 'other types'],
)
def test_a_damaged_message_of_any_type_is_counted(bench, start, topic, message):
    trigger = {'trigger_topic': 'imu', 'trigger_type': 'sensor_msgs/msg/Imu'}
    named = {'topic': topic} if topic != 'imu' else trigger
    start(**{f'detector__{key}': value for key, value in named.items()})
    status = bench.listen(DiagnosticArray, '/diagnostics')
    bench.publish(topic, message)
    bench.publish_bytes(topic, b'\0\1\0\0' + b'\xff' * 60)
    bench.wait_for(lambda: _rejected(status, topic, 'unreadable'), 'the rejection')


def test_frames_of_a_frozen_stamp_are_answered(bench, start):
    start()
    heard = bench.listen(Detection2DArray, 'detector/detections')
    status = bench.listen(DiagnosticArray, '/diagnostics')

    def more(count):
        bench.publish('front/image_raw', image(700))
        return len(heard) >= count

    bench.wait_for(partial(more, 5), 'answers')
    assert {(one.header.stamp.sec, one.header.stamp.nanosec) for one in heard} == {
        (0, 700_000_000)
    }
    bench.wait_for(lambda: _rejected(status, 'front/image_raw', 'equal_stamp'), 'the rejection')
    assert not _rejected(status, 'front/image_raw', 'backward_stamp')


@pytest.mark.parametrize(
    ('age_s', 'words'),
    [(20, 'all of the deadline of detector (5000 ms)'), (-60, 'ms in the future')],
)
def test_stamps_of_another_clock_are_warned_about_and_said_once(bench, start, capfd, age_s, words):
    node = start()
    status = bench.listen(DiagnosticArray, '/diagnostics')

    def warned():
        now_ms = node.get_clock().now().nanoseconds // 1_000_000
        bench.publish('front/image_raw', image(now_ms - age_s * 1000))
        lines = [line for one in status for line in one.status if 'front/image_raw' in line.name]
        return [line for line in lines if words in line.message][2:]

    (line, *_) = bench.wait_for(warned, 'the warning')
    assert line.level == b'\x01'
    keys = {value.key for value in line.values}
    assert ('age_mean_ms' if age_s > 0 else 'unknown_age_future_stamp') in keys
    assert capfd.readouterr().err.count(words) == 1


def test_timing_and_status_are_published(bench, start):
    start(detector__deadline_ms=600_000.0)
    timings = bench.listen(JobTiming, 'scheduler/timing')
    statuses = bench.listen(SchedulerStatus, 'scheduler/status')
    bench.publish('front/image_raw', image(500))
    timing = bench.wait_for(lambda: timings and timings[0], 'the timing')
    assert (timing.task, timing.outcome, timing.network) == ('detector', 0, 'boxes')
    assert [stage.name for stage in timing.stages] == ['preprocess', 'infer', 'postprocess']
    bench.wait_for(lambda: statuses and statuses[-1].tasks[0].on_time == 1, 'the status')
    assert statuses[-1].policy == 'edf+drop'
    assert {unit.kind for unit in statuses[-1].units} == {'cpu'}


def test_segments_are_named_in_timing_messages(bench, start, tmp_path):
    network = write_cut(tmp_path, 'parts', segments=CHAIN)
    start(detector__network=str(network), detector__deadline_ms=600_000.0)
    timings = bench.listen(JobTiming, 'scheduler/timing')
    bench.publish('front/image_raw', image(500))
    timing = bench.wait_for(lambda: timings and timings[0], 'the timing')
    assert (timing.network, timing.outcome) == ('parts', JobTiming.ON_TIME)
    assert [stage.name for stage in timing.stages] == ['preprocess', *CHAIN, 'postprocess']
    times = [time for stage in timing.stages for time in (stage.start_ms, stage.end_ms)]
    assert times == sorted(times)


def test_simulated_time_goes_on_for_frames_while_the_executor_is_busy(bench, start):
    node = start(use_sim_time=True)
    clock = bench.watcher.create_publisher(Clock, '/clock', 10)
    bench.wait_for(lambda: clock.get_subscription_count() == 2, 'both that take /clock')
    bench.publish('front/image_raw', image(1))
    deadline, second, age_ns = time.monotonic() + TIMEOUT_S, 100, None
    # nobody spins the node
    while age_ns != 50_000_000 and time.monotonic() < deadline:
        second += 1
        clock.publish(Clock(clock=Time(sec=second)))
        time.sleep(0.02)
        bench.publish('front/image_raw', image(second * 1000 - 50))
        time.sleep(0.02)
        age_ns = node._pipeline.status().inputs['/front/image_raw'].ages.last_ns
    assert age_ns == 50_000_000
    assert node.get_clock().now().nanoseconds < second * 10**9


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
    assert 'restarting' in capfd.readouterr().err


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


def test_a_camera_that_cannot_be_heard_is_named(bench, start, capfd):
    start(**{'qos_overrides./front/image_raw.subscription.reliability': 'reliable'})
    qos = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    bench.watcher.create_publisher(Image, '/front/image_raw', qos)
    said = []

    def named():
        said.append(capfd.readouterr().err)
        return 'no messages can be received from' in ''.join(said)

    bench.wait_for(named, 'a line about the publisher')


def test_an_impossible_transition_is_refused_and_the_node_goes_on(bench, start):
    start(autostart=True)
    request = ChangeState.Request()
    request.transition.id = Transition.TRANSITION_CONFIGURE  # by number, as managers do
    assert not bench.call(ChangeState, '/scheduler/change_state', request).success
    heard = bench.listen(Detection2DArray, 'detector/detections')
    bench.publish('front/image_raw', image(1500))
    bench.wait_for(lambda: heard, 'an answer all the same')


def test_messages_that_never_arrive_are_counted(bench, start):
    node = start()
    status = bench.listen(SchedulerStatus, 'scheduler/status')
    stamps = iter(range(1000, 90_000, 10))

    def inputs():
        return status[-1].inputs[0] if status else None

    def measured():
        bench.publish('front/image_raw', image(next(stamps)))
        return inputs() and inputs().lost_by == 'measured'

    bench.wait_for(measured, 'numbers of the publisher')
    seen = inputs().lost_before_arrival

    def lost():
        # faster than the queue of one message can be emptied
        for _ in range(20):
            bench.publish('front/image_raw', image(next(stamps)))
        return inputs().lost_before_arrival > seen

    bench.wait_for(lost, 'lost messages')
    found = inputs()
    assert found.topic == '/front/image_raw' and found.received > 0
    assert found.received + found.lost_before_arrival <= (next(stamps) - 1000) // 10
    bench.executor.remove_node(node)
    node.trigger_deactivate()
