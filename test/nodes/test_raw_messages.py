# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is read from the wire and written to it is what rclpy reads and writes."""

from array import array
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from hypothesis import given
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message
from rclpy.serialization import serialize_message
from sensor_msgs.msg import CompressedImage
from sensor_msgs.msg import Image
from vision_msgs.msg import Detection2DArray

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.nodes.raw_detections import is_understood
from edge_sched_ros.nodes.raw_detections import write_detections
from edge_sched_ros.nodes.raw_image import read_compressed_image
from edge_sched_ros.nodes.raw_image import read_image
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline import messages

names = st.text(st.characters(blacklist_categories=['Cs'], blacklist_characters='\0'), max_size=9)


@given(
    frame_id=names,
    encoding=names,
    sec=st.integers(-5, 2**31 - 1),
    nanosec=st.integers(0, 999_999_999),
    sizes=st.tuples(*[st.integers(0, 2**32 - 1)] * 3),
    big=st.booleans(),
    data=st.binary(max_size=40),
)
def test_an_image_is_read_as_rclpy_reads_it(frame_id, encoding, sec, nanosec, sizes, big, data):
    height, width, step = sizes
    message = Image(
        height=height, width=width, step=step, encoding=encoding, is_bigendian=int(big)
    )
    message.header.frame_id = frame_id
    message.header.stamp.sec, message.header.stamp.nanosec = sec, nanosec
    message.data = array('B', data)
    found = read_image(serialize_message(message))
    assert (found.height, found.width, found.step) == (height, width, step)
    assert (found.encoding, found.is_bigendian) == (encoding, int(big))
    assert (found.header.frame_id, found.header.stamp.sec) == (frame_id, sec)
    assert found.header.stamp.nanosec == nanosec
    assert bytes(found.data) == data


def test_the_pixels_are_not_copied():
    message = Image(height=1, width=4, step=4, encoding='mono8', data=array('B', b'abcd'))
    serialized = serialize_message(message)
    found = read_image(serialized)
    assert found.data.obj is serialized
    image = SourceImage.from_raw(found.data, width=4, height=1, encoding='mono8', step=4)
    # networks are fed from these
    assert np.shares_memory(image.native()[0], np.frombuffer(serialized, np.uint8))


@given(frame_id=names, kind=names, sec=st.integers(-5, 2**31 - 1), data=st.binary(max_size=40))
def test_a_compressed_image_is_read_as_rclpy_reads_it(frame_id, kind, sec, data):
    message = CompressedImage(format=kind, data=array('B', data))
    message.header.frame_id, message.header.stamp.sec = frame_id, sec
    serialized = serialize_message(message)
    found = read_compressed_image(serialized)
    assert (found.header.frame_id, found.header.stamp.sec) == (frame_id, sec)
    assert (found.format, bytes(found.data)) == (kind, data)
    assert found.data.obj is serialized
    for length in range(len(serialized) - 3):
        with pytest.raises(FrameError, match=r'not a sensor_msgs/CompressedImage in CDR'):
            read_compressed_image(serialized[:length])


def test_what_is_wrong_with_a_large_damaged_image_is_short():
    """Its text's length says that the whole picture is the text."""
    message = Image(height=1080, width=1920, step=5760, encoding='rgb8')
    message.data = array('B', bytes(range(256))) * (1080 * 5760 // 256)
    serialized = bytearray(serialize_message(message))
    at = serialized.index(b'rgb8') - 4
    serialized[at : at + 4] = (1080 * 5760).to_bytes(4, 'little')
    with pytest.raises(FrameError) as caught:
        read_image(bytes(serialized))
    assert caught.value.reason == 'unreadable'
    assert len(str(caught.value)) < 200 and str(caught.value).isprintable()


@pytest.mark.parametrize('length', [0, 3, 4, 15, 30, 45, 50])
def test_a_message_cut_short_is_no_image(length):
    message = Image(height=1, width=4, step=4, encoding='mono8', data=array('B', b'abcd'))
    with pytest.raises(FrameError) as caught:
        read_image(serialize_message(message)[:length])
    assert caught.value.reason == 'unreadable'


def test_big_endian_is_read():
    # header: 1 s, 2 ns, 'c'; 3 x 4 pixels of 'mono8', step 5, two bytes
    serialized = bytes.fromhex(
        '00000000 00000001 00000002 00000002 6300 0000 00000003 00000004'
        '00000006 6d6f6e6f3800 01 00 00000005 00000002 abcd'
    )
    found = read_image(serialized)
    assert (found.header.stamp.sec, found.header.stamp.nanosec) == (1, 2)
    assert (found.header.frame_id, found.height, found.width) == ('c', 3, 4)
    assert (found.encoding, found.is_bigendian, found.step) == ('mono8', 1, 5)
    assert bytes(found.data) == b'\xab\xcd'


floats = st.floats(0, 1e4, width=32)


@given(
    frame_id=names,
    stamp_ns=st.integers(0, 2**31 * 10**9 - 1),
    rows=st.lists(
        st.tuples(floats, floats, floats, floats, st.floats(0, 1, width=32)), max_size=5
    ),
    labels=st.lists(names, max_size=3),
    tracked=st.booleans(),
    turned=st.booleans(),
)
def test_detections_are_read_by_rclpy_as_they_were_meant(
    frame_id, stamp_ns, rows, labels, tracked, turned
):
    table = np.array(rows, np.float32).reshape(-1, 5)
    ids = np.arange(len(rows)) * 777 if tracked else None
    found = Detections(table[:, :4], table[:, 4], np.arange(len(rows)), tuple(labels), ids)
    if turned:
        found = replace(found, angles_rad=table[:, 4] * 3)
    frame = Frame('', 1, stamp_ns, frame_id, None)
    wanted = messages.detections(make, found, messages.header(make, frame))
    assert deserialize_message(write_detections(found, frame), Detection2DArray) == wanted


def test_this_ros_understands_them():
    assert is_understood()
