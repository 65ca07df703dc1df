# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results: parts of detections, masks, confidence of classes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from decoding import infos

from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.masks import masks_of
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.programs.parts import LoadedPart
from edge_sched_ros.perception.programs.variants import LoadedVariant
from edge_sched_ros.perception.programs.variants import LoadedVariants
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import Detections


def _masks():
    left = np.ones((2, 3), bool)
    right = np.array([[False, True]])
    return masks_of([(0, 0, 3, 2), (2, 1, 4, 2)], [left, right], (6, 4), (0.5, 0.5, 0.0, 0.0))


def test_taken_objects_keep_their_angle_keypoints_and_mask():
    found = Detections(
        np.array([[0, 0, 6, 4], [4, 2, 8, 4]], np.float32),
        np.array([0.9, 0.8], np.float32),
        np.array([0, 1]),
        ('person', 'dog'),
        angles_rad=np.array([0.1, 0.2], np.float32),
        keypoints=np.arange(12, dtype=np.float32).reshape(2, 2, 3),
        masks=_masks(),
    )
    turned = found.take(np.array([1, 0]), np.array([7, 5]))
    assert turned.track_ids.tolist() == [7, 5]
    assert turned.angles_rad.tolist() == found.angles_rad[::-1].tolist()
    assert np.array_equal(turned.keypoints, found.keypoints[::-1])
    for new, old in ((0, 1), (1, 0)):
        assert np.array_equal(turned.masks.whole(new), found.masks.whole(old))
    assert turned.take(np.array([1])).track_ids.tolist() == [5]
    assert len(found.take(np.zeros(0, np.int64)).masks) == 0


def _program(decoder, spec):
    network = SimpleNamespace(inputs=(TensorInfo('images', (1, 3, 64, 64), 'float32'),))
    part = LoadedPart({'': network}, ('images',), ('output',))
    return FrameProgram(
        spec, LoadedVariants({'base': LoadedVariant({'infer': part}, decoder, ())}), {}
    )


def test_labels_are_those_of_the_decoder():
    parts = [('cls', 1), ('obj', 1), ('bbox', 4), ('kps', 10)]
    sizes = {
        f'{part}_{stride}': (1, (64 // stride) ** 2, columns)
        for stride in (8, 16, 32)
        for part, columns in parts
    }
    outputs = infos(*[(size, 'float32') for size in sizes.values()], names=list(sizes))
    spec = NetworkSpec('net', Path('net.yaml'), Path('none.onnx'), InputSpec(64, 64), 'yunet')
    program = _program(make_decoder(spec, outputs, {}), spec)
    assert program.labels == ('face',) and program.extras == ('keypoints',)
    own = _program(SimpleNamespace(output='detections', decode=len), spec)
    assert own.labels == () and own.extras == ()


def test_masks_are_kept_by_window_and_the_first_object_is_in_front():
    masks = _masks()
    masks.pixels[2] = False  # a hole of the first object, before the second begins
    assert masks.whole(0).sum() == 5
    masks = masks_of(
        [(0, 0, 4, 2), (1, 1, 5, 3)], [np.ones((2, 4), bool)] * 2, (6, 4), (1, 1, 0, 0)
    )
    numbers = masks.numbers()
    assert numbers.dtype == np.uint16
    assert numbers.tolist() == [
        [1, 1, 1, 1, 0, 0],
        [1, 1, 1, 1, 2, 0],
        [0, 2, 2, 2, 2, 0],
        [0, 0, 0, 0, 0, 0],
    ]


def test_the_upright_box_encloses_a_turned_one():
    box = np.array([[10, 20, 50, 40]], np.float32)
    found = Detections(box, np.ones(1, np.float32), np.zeros(1, np.int64))
    assert found.upright_boxes() is box
    turned = Detections(
        box, found.scores, found.class_ids, angles_rad=np.array([np.pi / 2], np.float32)
    )
    assert turned.upright_boxes()[0] == pytest.approx([20, 10, 40, 50], abs=1e-4)


def test_confidence_is_the_probability_of_the_class():
    values = np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float32)
    powers = np.exp(values.astype(np.float64))
    wanted = (powers / powers.sum(axis=0)).max(axis=0)
    ids = values.argmax(axis=0).astype(np.uint8)
    assert np.allclose(ClassMap(ids, 1, 1, values=values).confidence(), wanted, atol=1e-6)
    assert ClassMap(ids, 1, 1).confidence() is None
    chances = (powers / powers.sum(axis=0)).astype(np.float32)
    known = ClassMap(ids, 1, 1, values=chances, logits=False)
    assert np.allclose(known.confidence(), wanted, atol=1e-6)


def test_the_confidence_of_one_class_counts_for_its_absence_too():
    values = np.array([[[-100.0, 0.0, 2.0]]], np.float32)
    ids = (values[0] > 0).astype(np.uint8)
    assert ClassMap(ids, 1, 1, values=values).confidence()[0] == pytest.approx(
        [1, 0.5, 0.8808], 1e-3
    )
    chances = ClassMap(ids, 1, 1, values=np.array([[[0.1, 0.9]]], np.float32), logits=False)
    assert chances.confidence()[0] == pytest.approx([0.9, 0.9])
