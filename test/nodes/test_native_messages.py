# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is published and taken natively is what the interpreter publishes and takes."""

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.qos import QoSProfile
from rclpy.serialization import deserialize_message
from rclpy.serialization import serialize_message
from ros import Bench
from sensor_msgs.msg import Image

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.jobs import ON_TIME
from edge_sched_ros.native import loading
from edge_sched_ros.nodes import native_publishing
from edge_sched_ros.nodes import publishers
from edge_sched_ros.nodes.intake import Intake
from edge_sched_ros.nodes.native_intake import native_intake
from edge_sched_ros.nodes.native_publishing import hearing
from edge_sched_ros.nodes.native_publishing import is_understood
from edge_sched_ros.nodes.native_publishing import native_problem
from edge_sched_ros.nodes.native_publishing import NativePublisher
from edge_sched_ros.nodes.raw_detections import write_detections
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline import messages

NATIVE = loading.load().module
pytestmark = pytest.mark.skipif(NATIVE is None, reason=loading.load().reason)

FRAME = Frame('image', 1, 5_000_000_006, 'camera', None)
names = st.text(st.characters(blacklist_categories=['Cs'], blacklist_characters='\0'), max_size=9)
floats = st.floats(width=32)


@pytest.fixture(autouse=True)
def native_if_built(monkeypatch):
    """Use what is native, whatever the tests are run with and others have chosen."""
    monkeypatch.delenv(loading.VARIABLE, raising=False)
    monkeypatch.setattr(loading._Mode, 'chosen', 'auto')
    is_understood.cache_clear()


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.close()


@given(
    frame_id=names,
    stamp_ns=st.integers(-(2**31) * 10**9, 2**31 * 10**9 - 1),
    rows=st.lists(st.tuples(*[floats] * 6, *[st.integers(-(2**63), 2**63 - 1)] * 2), max_size=4),
    tracked=st.booleans(),
    turned=st.booleans(),
)
def test_detections_are_the_same_bytes(frame_id, stamp_ns, rows, tracked, turned):
    table = np.array([row[:6] for row in rows], np.float32).reshape(-1, 6)
    ids = np.array([row[6:] for row in rows], np.int64).reshape(-1, 2)
    # views with gaps, as decoders give them
    found = Detections(
        table[:, :4],
        table[:, 4],
        ids[:, 0],
        track_ids=ids[:, 1] if tracked else None,
        angles_rad=table[:, 5] if turned else None,
    )
    written = NATIVE.write_detections(
        stamp_ns,
        frame_id,
        found.boxes_xyxy,
        found.scores,
        found.class_ids,
        found.angles_rad,
        found.track_ids,
    )
    assert written == write_detections(found, Frame('', 1, stamp_ns, frame_id, None))


def test_arrays_of_other_types_are_left_to_python():
    boxes, scores, ids = np.zeros((2, 4), np.float32), np.zeros(2, np.float32), np.zeros(2, int)
    for case in (
        (boxes.astype(np.float64), scores, ids, None, None),
        (boxes, scores.tolist(), ids, None, None),
        (boxes, scores, ids.astype(np.int32), None, None),
        (boxes, scores, ids, None, ids[:1]),
    ):
        assert NATIVE.write_detections(0, '', *case) is None


@given(
    frame_id=names,
    encoding=names,
    dtype=st.sampled_from([np.uint8, np.uint16, np.float32]),
    shape=st.tuples(st.integers(1, 5), st.integers(1, 5)) | st.tuples(*[st.integers(1, 5)] * 3),
    gaps=st.booleans(),
)
@settings(max_examples=50)
def test_an_image_is_read_by_rclpy_as_it_was_meant(frame_id, encoding, dtype, shape, gaps):
    pixels = np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    pixels = pixels[:, ::-1] if gaps else pixels
    frame = Frame('', 1, 7, frame_id, None)
    wanted = messages.plane_image(make, pixels, encoding, messages.header(make, frame))
    written = NATIVE.write_image(7, frame_id, encoding, pixels)
    assert deserialize_message(written, Image) == wanted
    assert len(written) == len(serialize_message(wanted))


def test_this_ros_understands_them():
    assert is_understood()
    assert native_problem('auto') == ''


def test_a_ros_without_a_function_is_told_and_refused_where_it_is_required(monkeypatch):
    module = SimpleNamespace(why_no_rcl=lambda: 'rcl_wait is missing in this rcl')
    monkeypatch.setattr(native_publishing, 'load', lambda: loading.Loaded(module, ''))
    problem = 'cannot take and publish messages: rcl_wait is missing in this rcl'
    assert native_problem('auto') == problem
    with pytest.raises(ConfigError, match=f'^native: required, but the .* {problem}'):
        native_problem('require')


def _end(result) -> JobEnd:
    return JobEnd(
        task='task',
        job=1,
        outcome=ON_TIME,
        reason='',
        frame=FRAME,
        result=result,
        stages=(),
        release_ns=0,
        deadline_ns=1,
        response_ns=1,
        age_ns=0,
        items=0,
        variant='base',
    )


def _published(bench: Bench, name: str, kind: str, result, output: str) -> bytes:
    """Return the bytes that a task's publisher sends."""
    heard: list[bytes] = []
    bench.watcher.create_subscription(
        publishers.message_class(kind), f'task/{name}', heard.append, QoSProfile(depth=9), raw=True
    )
    task = publishers.TaskPublisher(
        bench.watcher, 'task', output, labels=(), threshold=lambda: 0.5, info_of=lambda _: None
    )
    bench.wait_for(lambda: task._publishers[name].get_subscription_count(), 'the subscription')
    task.publish(_end(result))
    bench.wait_for(lambda: heard, 'the message')
    task.close()
    return heard[0]


DEPTH = DepthMap(np.array([[1.5, 2], [np.nan, 4]], np.float32), 1.0, 1.0)
BOXES = Detections(
    np.array([[1, 2, 3, 5]], np.float32), np.array([0.5], np.float32), np.array([7], np.int64)
)


@pytest.mark.ros
@pytest.mark.parametrize(
    ('name', 'kind', 'result', 'output', 'form'),
    [
        ('image', 'sensor_msgs/msg/Image', DEPTH, 'depth', 'image'),
        ('detections', 'vision_msgs/msg/Detection2DArray', BOXES, 'detections', 'detections'),
    ],
)
def test_a_task_publishes_natively_what_it_would_publish(
    bench, monkeypatch, name, kind, result, output, form
):
    monkeypatch.setattr(loading._Mode, 'chosen', 'auto')
    calls, native = [], getattr(NativePublisher, form)
    monkeypatch.setattr(NativePublisher, form, lambda *a: [calls.append(a), native(*a)][1])
    found = _published(bench, name, kind, result, output)
    assert calls, 'it was not published natively'
    monkeypatch.setattr(loading._Mode, 'chosen', 'off')
    wanted = _published(bench, name, kind, result, output)
    kind = publishers.message_class(kind)
    # NaN is not equal to itself
    assert str(deserialize_message(found, kind)) == str(deserialize_message(wanted, kind))
    assert len(calls) == 1


@pytest.mark.ros
def test_what_nobody_hears_is_not_written(bench):
    publisher = bench.watcher.create_publisher(Image, 'image', 1)
    assert not NATIVE.Publisher(publisher.handle.pointer).is_heard()


@pytest.mark.ros
def test_messages_are_taken_natively_with_their_numbers(bench):
    intake = Intake(bench.watcher)
    subscriptions = [
        bench.watcher.create_subscription(
            Image, topic, lambda _: None, 9, callback_group=intake.group, raw=True
        )
        for topic in ('quiet', 'image')
    ]
    publisher = bench.watcher.create_publisher(Image, 'image', 9)
    bench.wait_for(publisher.get_subscription_count, 'the subscription')
    context = bench.context.handle
    waits = rclpy_implementation.WaitSet(2, 1, 0, 0, 0, 0, context)
    taken = []
    with waits:
        native = native_intake(waits, intake._wake, subscriptions)
        try:
            for width in (1, 2000):
                image = Image(width=width, data=bytes(width))
                publisher.publish(image)
                wanted = len(taken) + 1
                until_s = time.monotonic() + 60
                while len(taken) < wanted and time.monotonic() < until_s:
                    taken += native.take(10**8)
                assert deserialize_message(bytes(taken[-1].message), Image) == image
            # nothing is there any more, and a trigger ends the wait
            assert native.take(0) == []
            intake._wake.trigger()
            assert native.take(-1) == []
        finally:
            native.close()
    found = [(one.subscription, one.sequence, one.problem) for one in taken]
    assert found == [(1, 1, ''), (1, 2, '')]
    intake.stop()


def test_the_interpreter_takes_what_is_not_serialized(monkeypatch):
    class Typed:
        raw = False

    monkeypatch.setattr(loading._Mode, 'chosen', 'auto')
    assert native_intake(None, None, [Typed()]) is None


@pytest.mark.ros
@pytest.mark.parametrize('mode', ['auto', 'off'])
def test_whether_anybody_listens_is_known_in_either_form(bench, monkeypatch, mode):
    monkeypatch.setattr(loading._Mode, 'chosen', mode)
    publisher = bench.watcher.create_publisher(Image, 'heard', 1)
    is_heard = hearing(publisher)
    assert (getattr(is_heard, '__self__', None) is not None) == (mode == 'auto')
    assert not is_heard()
    bench.watcher.create_subscription(Image, 'heard', lambda _: None, 1)
    bench.wait_for(is_heard, 'the subscription')
