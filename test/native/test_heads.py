# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Native decoding gives the boxes, errors and doubts that the form in Python gives."""

from __future__ import annotations

import numpy as np
import pytest
import random_heads
from decoding import decoder_of
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from native_forms import assert_same
from native_forms import in_python
from native_forms import outcome

from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.decoders.yolov8 import Yolov8

pytest.importorskip('edge_sched_ros._native')

_SIZE = (96, 64)
_CLASSES = 3
_ODD = (np.nan, np.inf, -np.inf, -0.2, 1.2, 3e38)
#: numpy's exp and that of the C library differ in the last bits
_SIZES = {'rtol': 1e-6, 'atol': 1e-4}


def _dense(rng, count):
    """Return the output of a yolov8 head with objects, some of them one upon another."""
    cells = 200 if count < 20 else 900
    return random_heads.dense(
        rng,
        count=count,
        classes=_CLASSES,
        size=_SIZE,
        rest=lambda boxes: np.zeros((boxes, 0)),
        cells=cells,
    )


def _yolox(rng, count):
    raw = rng.normal(0, 0.5, (1, 96 + 24, 5 + _CLASSES)).astype(np.float32)
    raw[0, :, 2:4] += 1
    raw[0, :, 4:] = rng.uniform(0, 0.2, raw.shape[1:] - np.array([0, 4]))
    raw[0, rng.permutation(len(raw[0]))[:count], 4:6] = 0.9
    return raw


def _rows(rng, count):
    rows = np.zeros((1, 300, 6), np.float32)
    made = random_heads.boxes(rng, max(1, count // 4), _SIZE)[:300]
    rows[0, : len(made), :2] = made[:, :2] - made[:, 2:] / 2
    rows[0, : len(made), 2:4] = made[:, :2] + made[:, 2:] / 2
    rows[0, : len(made), 4] = rng.uniform(0.2, 1, len(made))
    rows[0, : len(made), 5] = rng.integers(0, _CLASSES, len(made))
    return rows


def _yolov5(rng, count):
    raw = _dense(rng, count)[0].T[None]
    return np.concatenate([raw[..., :4], np.full_like(raw[..., :1], 0.9), raw[..., 4:]], axis=2)


_HEADS = {
    'yolox': (_yolox, {'strides': [8, 16]}, _SIZES),
    'yolov8': (_dense, {}, {}),
    'yolo_end2end': (_rows, {}, {}),
    # the native selection after decoding in Python
    'yolov5': (_yolov5, {}, {}),
}


def _two_forms(name, raw, options):
    labels = ('a', 'b', 'c')
    native = decoder_of(name, raw, size=_SIZE, labels=labels, **options)
    with in_python():
        wanted = decoder_of(name, raw, size=_SIZE, labels=labels, **options)
    assert native._native is not None and wanted._native is None
    return native, wanted


@pytest.mark.parametrize('name', _HEADS)
@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.sampled_from([0, 1, 5, 40, 120]),
    odd=st.integers(0, 2),
    score_threshold=st.sampled_from([0.0, 0.05, 0.35, 0.9]),
    nms_iou=st.sampled_from([0.0, 0.45, 0.5, 1.0]),
    max_detections=st.sampled_from([3, 300]),
    max_candidates=st.sampled_from([7, 1000]),
)
def test_detections_errors_and_doubts_are_those_of_python(name, seed, count, odd, **options):
    make, own, tolerances = _HEADS[name]
    rng = np.random.default_rng(seed)
    raw = make(rng, count)
    for _ in range(odd):
        raw.reshape(-1)[rng.integers(raw.size)] = rng.choice(_ODD)
    native, wanted = _two_forms(name, raw, {**own, **options})
    way = _way(native, rng)
    results = [
        outcome(form.result, [raw], way, error=InvalidOutputError) for form in (native, wanted)
    ]
    assert_same(*results, **tolerances)
    assert native.places == wanted.places


def _way(decoder, rng):
    """Return the way of a picture of some size into the input of a decoder."""
    return fit(decoder.spec.input, *rng.integers(20, 300, 2).tolist())


@pytest.mark.parametrize('name', _HEADS)
def test_outputs_of_other_types_and_with_gaps_are_read_in_python(name):
    make, own, _ = _HEADS[name]
    rng = np.random.default_rng(8)
    raw = make(rng, 20)
    native, wanted = _two_forms(name, raw, own)
    way = _way(native, rng)
    for other in (raw.astype(np.float64), np.repeat(raw, 2, axis=2)[:, :, ::2]):
        assert_same(native.result([other], way), wanted.result([other], way))


def test_values_that_are_all_the_same_or_missing_fail_as_in_python():
    for raw in (np.full((1, 7, 60), 0.5, np.float32), np.zeros((1, 7, 0), np.float32)):
        native, wanted = _two_forms('yolov8', np.zeros((1, 7, 60), np.float32), {})
        way = _way(native, np.random.default_rng(1))
        texts = [outcome(form.result, [raw], way) for form in (native, wanted)]
        assert texts[0] == texts[1] and 'output0' in texts[0]


def test_a_decoder_that_selects_in_its_own_way_has_no_native_form():
    class Own(Yolov8):
        def choose(self, *candidates, suppress=True):
            return super().choose(*candidates, suppress=suppress)[:1]

    base = decoder_of('yolov8', np.zeros((1, 7, 60), np.float32))
    own = Own(base.spec, base._outputs, {})
    assert isinstance(own, BoxDecoder) and own._native is None
    raw = _dense(np.random.default_rng(2), 10)[:, :, :60]
    raw[0, 4, :3] = 0.8
    assert len(own.result([raw], _way(own, np.random.default_rng(2)))) == 1
