# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The pixels that preprocessing reads are those of the message that was taken, not a copy."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image

from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.preprocess.native_pictures import NativePictures
from edge_sched_ros.nodes.raw_image import read_image
from edge_sched_ros.pipeline.inputs.inputs import Input
from edge_sched_ros.pipeline.settings.config import IMAGE_TYPE

WIDTH, HEIGHT = 1920, 1080


class Module:
    """Stands for the native module, and keeps the pixels it is given."""

    def prepare(self, pixels, *_):
        self.pixels = pixels
        return True


def taken_frame(encoding, channels, padding=0):
    """Return the memory of a taken message, and the frame that the node makes of it."""
    step = WIDTH * channels + padding
    image = Image(width=WIDTH, height=HEIGHT, encoding=encoding, step=step)
    image.data = bytes(step * HEIGHT)
    image.header.stamp.sec = 1
    taken = np.frombuffer(serialize_message(image), np.uint8)
    message = read_image(memoryview(taken))
    return taken, Input('camera', IMAGE_TYPE).accept(message, 0).frame


@pytest.mark.parametrize(
    ('encoding', 'channels'), [('bgr8', 3), ('rgb8', 3), ('bgra8', 4), ('mono8', 1)]
)
@pytest.mark.parametrize('padding', [0, 64])
def test_native_preprocessing_reads_the_taken_message(encoding, channels, padding, monkeypatch):
    monkeypatch.setattr(NativePictures, 'makes', lambda *_: True)
    taken, frame = taken_frame(encoding, channels, padding)
    module = Module()
    assert NativePictures(module).prepare(frame.image, InputSpec(32, 24)) is not None
    assert np.shares_memory(module.pixels, taken)


@pytest.mark.parametrize('padding', [0, 64])
def test_other_preprocessing_reads_it_where_no_colour_is_changed(padding):
    taken, frame = taken_frame('bgr8', 3, padding)
    assert np.shares_memory(frame.image.bgr(), taken)
