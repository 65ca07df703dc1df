# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Native preprocessing gives every number that OpenCV gives."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from native_forms import in_python

from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.preprocess import native_pictures
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.preprocess.opencv import why_prepared_in_python
from edge_sched_ros.execution.preprocess.tensor import tables_of

native = pytest.importorskip('edge_sched_ros._native')

_CHANNELS = {'bgr8': 3, 'rgb8': 3, 'bgra8': 4, 'rgba8': 4, 'mono8': 1}
_VALUES = [
    {'dtype': 'float32', 'scale': 1 / 255, 'mean': (0.4, 0.5, 0.6), 'std': (0.2, 0.3, 0.4)},
    # on lines without rounding, which need no table
    {'dtype': 'float32'},
    {'dtype': 'float32', 'scale': -2.0, 'mean': (1.0, 0.0, -3.0), 'std': (0.5, 4.0, 1.0)},
    {'dtype': 'float16', 'scale': 1 / 255},
    {'dtype': 'uint8'},
]


@st.composite
def _specs(draw):
    return InputSpec(
        draw(st.integers(1, 70)),
        draw(st.integers(1, 70)),
        layout=draw(st.sampled_from(['nchw', 'nhwc'])),
        colour=draw(st.sampled_from(['bgr', 'rgb', 'gray'])),
        resize=draw(st.sampled_from(['letterbox', 'stretch', 'crop'])),
        align=draw(st.sampled_from(['center', 'topleft'])),
        **draw(st.sampled_from(_VALUES)),
    )


def _native():
    return native_pictures.NativePictures(native)


def _image(rng, encoding, width, height):
    """Return a picture whose rows are followed by some bytes."""
    step = width * _CHANNELS[encoding] + int(rng.integers(0, 9))
    data = rng.integers(0, 256, step * height, dtype=np.uint8)
    return SourceImage.from_raw(data, width=width, height=height, encoding=encoding, step=step)


@settings(max_examples=120, deadline=None)
@given(
    spec=_specs(),
    encoding=st.sampled_from(list(_CHANNELS)),
    size=st.tuples(st.integers(1, 120), st.integers(1, 120)) | st.sampled_from(['half', 'same']),
    seed=st.integers(0, 1000),
)
def test_tensors_are_those_of_opencv(spec, encoding, size, seed):
    if isinstance(size, str):
        factor = 2 if size == 'half' else 1
        size = factor * spec.width, factor * spec.height
    image = _image(np.random.default_rng(seed), encoding, *size)
    made = _native().prepare(image, spec)
    with in_python():
        tensor, way = OpenCvPreprocessor().prepare(image, spec)
    assert made is not None and made[1] == way
    assert made[0].dtype == tensor.dtype
    np.testing.assert_array_equal(made[0], tensor)


@settings(max_examples=60, deadline=None)
@given(
    spec=_specs(),
    encoding=st.sampled_from(list(_CHANNELS)),
    size=st.tuples(st.integers(2, 90), st.integers(2, 90)),
    boxes=st.lists(
        st.tuples(*[st.floats(-60, 150, width=32) | st.sampled_from([np.nan, np.inf, 1e30])] * 4),
        max_size=5,
    ),
)
def test_crops_are_those_of_opencv(spec, encoding, size, boxes):
    image = _image(np.random.default_rng(4), encoding, *size)
    corners = np.array(boxes, np.float32).reshape(-1, 4)
    made = _native().crops(image, corners, spec)
    with in_python(), np.errstate(invalid='ignore'):
        wanted = OpenCvPreprocessor().crops(image, corners, spec)
    assert made is not None
    np.testing.assert_array_equal(made, wanted)


def test_what_has_no_native_form_is_made_by_opencv():
    rng = np.random.default_rng(2)
    image = _image(rng, 'bgr8', 40, 30)
    assert _native().prepare(image, InputSpec(20, 20, interpolation='area')) is None
    boxes = np.array([[1, 2, 30, 20]], np.float64)
    assert _native().crops(image, boxes, InputSpec(8, 8)) is None
    assert OpenCvPreprocessor().crops(image, boxes, InputSpec(8, 8)).shape == (1, 3, 8, 8)
    # a coded encoding is decoded first
    luma = rng.integers(0, 256, 45 * 40, dtype=np.uint8)
    coded = SourceImage.from_raw(luma, width=40, height=30, encoding='nv12', step=40)
    made = _native().prepare(coded, InputSpec(20, 20))
    with in_python():
        tensor, _ = OpenCvPreprocessor().prepare(coded, InputSpec(20, 20))
    np.testing.assert_array_equal(made[0], tensor)


def test_an_opencv_that_resizes_otherwise_is_not_replaced(monkeypatch):
    import cv2

    resize = cv2.resize
    monkeypatch.setattr(cv2, 'resize', lambda *arguments: resize(*arguments) ^ 1)
    native_pictures.agrees.cache_clear()
    image = _image(np.random.default_rng(2), 'bgr8', 40, 30)
    try:
        assert _native().prepare(image, InputSpec(20, 20)) is None
        assert _native().why_not(InputSpec(20, 20)) == 'OpenCV resizes with other numbers here'
    finally:
        native_pictures.agrees.cache_clear()


@pytest.mark.parametrize('size', [(240, 320), (360, 640)])
def test_an_opencv_that_resizes_large_pictures_otherwise_is_not_replaced(monkeypatch, size):
    """Libraries for some processors serve only sizes that are worth it."""
    import cv2

    resize = cv2.resize

    def resized(picture, *arguments):
        made = resize(picture, *arguments)
        return made ^ 1 if picture.shape[:2] == size else made

    monkeypatch.setattr(cv2, 'resize', resized)
    native_pictures.agrees.cache_clear()
    try:
        assert not native_pictures.agrees(native)
        assert 'other numbers' in why_prepared_in_python()
    finally:
        native_pictures.agrees.cache_clear()


def test_each_module_has_an_answer_of_its_own():
    broken = ModuleType('broken')
    broken.prepare = lambda *_: False
    assert native_pictures.agrees(native)
    assert not native_pictures.agrees(broken)
    assert native_pictures.agrees(native)


@pytest.mark.parametrize(
    'change',
    [
        {'pixels': np.zeros((4, 4), np.uint8)},
        {'pixels': np.zeros((4, 4, 2), np.uint8)},
        {'pixels': np.zeros((4, 4, 6), np.uint8)[:, :, ::2]},
        {'pixels': np.zeros((4, 8, 3), np.uint8)[:, ::2]},
        {'pixels': np.zeros((4, 4, 3), np.float32)},
        {'pixels': np.zeros((0, 4, 3), np.uint8)},
        {'order': (0, 1, 3)},
        {'size': (0, 8)},
        {'size': (8, 1 << 20)},
        {'corner': (1 << 20, 0)},
        {'pad': 256},
        {'tables': np.zeros((3, 255), np.float32)},
        {'tables': np.zeros((3, 256), np.uint8)},
        {'batch': np.zeros((2, 3, 8, 8), np.float32)},
        {'batch': np.zeros((1, 3, 8, 16), np.float32)[..., ::2]},
    ],
)
def test_arrays_of_another_form_are_not_touched(change):
    spec = InputSpec(8, 8)
    given = {
        'pixels': np.zeros((4, 4, 3), np.uint8),
        'order': (0, 1, 2),
        'size': (8, 8),
        'corner': (0, 0),
        'pad': 114,
        'tables': np.stack(tables_of(spec)),
        'interleaved': False,
        'batch': np.full((1, 3, 8, 8), 7, np.float32),
    }
    assert native.prepare(*given.values()) is True
    assert native.prepare(*{**given, **change}.values()) is False
