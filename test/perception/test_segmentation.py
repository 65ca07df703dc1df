# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Semantic segmentation, against a decoding pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
from decoding import decoder_of
from decoding import infos

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.segmentation import Segmentation
from edge_sched_ros.perception.decoders.values import InvalidOutputError

LABELS = ('road', 'person', 'sky')
#: a 128x96 picture in 64x64: half size, 8 rows of padding above and below
SQUARE = fit(InputSpec(64, 64), 128, 96)
WIDE = fit(InputSpec(64, 32, resize='stretch'), 640, 480)


def _scores(classes, height, width, seed=0):
    return np.random.default_rng(seed).normal(size=(1, classes, height, width)).astype(np.float32)


def _reference(scores, rows):
    """Return classes and their probabilities of some rows, each pixel for itself."""
    ids = np.zeros((len(rows), scores.shape[3]), int)
    chances = np.zeros(ids.shape)
    for y, row in enumerate(rows):
        for x in range(scores.shape[3]):
            powers = [np.exp(float(value)) for value in scores[0, :, row, x]]
            ids[y, x] = powers.index(max(powers))
            chances[y, x] = max(powers) / sum(powers)
    return ids, chances


@pytest.mark.parametrize('shrink', [1, 4])
def test_the_best_class_of_every_pixel_without_the_padding(shrink):
    scores = _scores(3, 64 // shrink, 64 // shrink)
    found = decoder_of('segmentation', scores, labels=LABELS).decode([scores], SQUARE)
    ids, chances = _reference(scores, range(8 // shrink, 56 // shrink))
    assert np.array_equal(found.class_ids, ids) and found.class_ids.dtype == np.uint8
    assert np.allclose(found.confidence(), chances, atol=1e-6)
    assert (found.scale_x, found.scale_y) == (0.5 / shrink, 0.5 / shrink)
    assert (found.offset_x, found.offset_y, found.labels) == (0, 0, LABELS)


def test_classes_in_the_last_dimension():
    scores = _scores(3, 32, 64)
    last = np.ascontiguousarray(scores.transpose(0, 2, 3, 1))
    found = decoder_of('segmentation', last, size=(64, 32), labels=LABELS).decode([last], WIDE)
    ids, chances = _reference(scores, range(32))
    assert np.array_equal(found.class_ids, ids)
    assert np.allclose(found.confidence(), chances, atol=1e-6)


@pytest.mark.parametrize('shape', [(1, 64, 64), (1, 1, 64, 64), (1, 64, 64, 1)])
@pytest.mark.parametrize('dtype', [np.int64, np.int32, np.uint8])
def test_ids_are_taken_as_they_are(shape, dtype):
    ids = np.random.default_rng(1).integers(0, 3, shape).astype(dtype)
    found = decoder_of('segmentation', ids, labels=LABELS).decode([ids], SQUARE)
    assert np.array_equal(found.class_ids, ids.reshape(64, 64)[8:56])
    assert found.class_ids.dtype == np.uint8 and found.confidence() is None


def test_a_picture_of_one_class_is_no_broken_output():
    ids = np.full((1, 64, 64), 2)
    assert (decoder_of('segmentation', ids).decode([ids], SQUARE).class_ids == 2).all()


def test_more_than_256_classes_have_16_bits():
    scores = _scores(300, 8, 8)
    found = decoder_of('segmentation', scores).decode([scores], SQUARE)
    assert found.class_ids.dtype == np.uint16
    assert np.array_equal(found.class_ids, _reference(scores, range(1, 7))[0])
    ids = np.array([[[0, 300], [2, 70]]])
    found = decoder_of('segmentation', ids).decode([ids], fit(InputSpec(64, 64), 64, 64))
    assert found.class_ids.tolist() == [[0, 300], [2, 70]]


@pytest.mark.parametrize('threshold', [0.0, 0.25, 0.5, 1.0])
@pytest.mark.parametrize('activation', ['sigmoid', 'none'])
def test_a_single_class_is_it_or_not(activation, threshold):
    chances = np.random.default_rng(2).uniform(0.01, 0.99, (1, 1, 64, 64)).astype(np.float32)
    raw = np.log(chances / (1 - chances)) if activation == 'sigmoid' else chances
    decoder = decoder_of(
        'segmentation',
        raw,
        labels=('ground', 'object'),
        activation=activation,
        threshold=threshold,
    )
    found = decoder.decode([raw], SQUARE)
    part = chances[0, 0, 8:56]
    assert np.array_equal(found.class_ids, part >= threshold)
    assert np.allclose(found.confidence(), np.maximum(part, 1 - part), atol=1e-5)


def test_probabilities_of_softmax_are_not_squashed_again():
    scores = _scores(3, 64, 64)
    powers = np.exp(scores)
    shares = powers / powers.sum(axis=1, keepdims=True)
    found = decoder_of('segmentation', shares).decode([shares], SQUARE)
    assert np.allclose(found.confidence(), shares[0, :, 8:56].max(axis=0))


def test_probabilities_of_a_single_class_are_no_logits():
    chances = np.random.default_rng(2).uniform(0, 1, (1, 1, 64, 64)).astype(np.float32)
    decoder = decoder_of('segmentation', chances, labels=('ground', 'object'))
    with pytest.raises(InvalidOutputError, match='are they probabilities'):
        decoder.decode([chances], SQUARE)


def test_unused_pixels_of_255_are_no_class():
    ids = np.zeros((1, 64, 64), np.int64)
    ids[0, 20, 20] = 255
    decoder = decoder_of('segmentation', ids, labels=LABELS)
    assert decoder.decode([ids], SQUARE).class_ids.max() == 255


@pytest.mark.parametrize(
    ('output', 'options', 'why'),
    [
        (_scores(4, 64, 64), {'labels': LABELS}, 'has 3 names.* has 4 classes'),
        (_scores(1, 64, 64), {'labels': ('object',)}, 'has 1 names.* has 2 classes'),
        (_scores(3, 10, 64), {}, 'needs scores 1xCxHxW'),
        (np.zeros((1, 64, 64), np.float32), {}, 'needs scores 1xCxHxW'),
        (np.zeros((1, 5, 64, 64), np.int64), {}, 'needs scores 1xCxHxW'),
        (np.zeros((2, 3, 64, 64), np.float32), {}, 'needs scores 1xCxHxW'),
        (_scores(3, 64, 64), {'activation': 'logits'}, 'must be one of softmax, sigmoid, none'),
        (_scores(3, 64, 64), {'activation': 'sigmoid'}, 'sigmoid is for a single class'),
    ],
)
def test_what_cannot_be_is_refused_when_loading(output, options, why):
    with pytest.raises(ConfigError, match=why):
        decoder_of('segmentation', output, **options)


@pytest.mark.parametrize(
    ('spoil', 'options', 'why'),
    [
        (lambda scores: scores.fill(0.5), {}, 'constant'),
        (lambda scores: scores[0, 2, 5].fill(np.nan), {}, 'NaN'),
        (lambda scores: scores[0, 1, 5].fill(np.inf), {}, 'infinite'),
        (lambda scores: None, {'activation': 'none'}, 'no probabilities'),
    ],
)
def test_scores_that_say_nothing_fail_the_job(spoil, options, why):
    scores = _scores(3, 64, 64)
    spoil(scores)
    with pytest.raises(InvalidOutputError, match=why):
        decoder_of('segmentation', scores, **options).decode([scores], SQUARE)


def test_a_map_of_other_proportions_fails_where_the_graph_left_its_size_open():
    decoder = decoder_of('segmentation', ((1, 3, None, None), 'float32'), labels=LABELS)
    assert decoder.decode([_scores(3, 32, 32)], SQUARE).class_ids.shape == (24, 32)
    with pytest.raises(InvalidOutputError, match='10x64, not of the proportions'):
        decoder.decode([_scores(3, 10, 64)], SQUARE)


@pytest.mark.parametrize('wrong', [-1, 3, 70000])
def test_ids_without_a_label_fail_the_job(wrong):
    ids = np.zeros((1, 64, 64), np.int64)
    ids[0, 3, 4] = wrong
    with pytest.raises(InvalidOutputError, match='class ids'):
        decoder_of('segmentation', ids, labels=LABELS).decode([ids], SQUARE)


@pytest.mark.parametrize(
    ('output', 'metadata', 'certainty', 'classes'),
    [
        (((1, 19, 128, 256), 'float32'), {}, LIKELY, 19),
        (((1, 21, 520, 520), 'float32'), {}, None, None),
        (((1, 512, 1024), 'int64'), {}, LIKELY, None),
        (((1, 19, 512, 1024), 'float32'), {'task': 'semantic'}, CERTAIN, 19),
        (((1, 3, 512, 1024), 'float32'), {}, POSSIBLE, 3),
        (((1, 1, 512, 1024), 'float32'), {}, POSSIBLE, 2),
        (((1, 85, 32, 64), 'float32'), {}, POSSIBLE, 85),
        (((1, 84, 8400), 'float32'), {}, None, None),
        (((1, 19, 512, 1024), 'float32'), {'task': 'pose'}, None, None),
    ],
)
def test_maps_of_classes_are_recognised(output, metadata, certainty, classes):
    seen = Segmentation.recognise(infos(output), metadata, (1024, 512))
    assert (seen and seen.certainty, seen and seen.classes) == (certainty, classes)


def test_a_map_named_after_its_sigmoid_has_probabilities_of_one_class():
    text = infos(((1, 1, 512, 1024), 'float32'), names=('sigmoid_0.tmp_0',))
    seen = Segmentation.recognise(text, {}, (1024, 512))
    assert (seen.certainty, seen.options) == (LIKELY, {'activation': 'none'})


def test_maps_of_several_sizes_or_of_other_names_are_less_certain():
    sizes = (((1, 255, 64, 128), 'float32'), ((1, 255, 128, 256), 'float32'))
    heatmap = infos(((1, 17, 128, 256), 'float32'), names=('heatmaps',))
    for outputs in (infos(*sizes), heatmap):
        assert Segmentation.recognise(outputs, {}, (1024, 512)).certainty == POSSIBLE


@pytest.mark.parametrize('activation', ['sigmoid', 'none'])
def test_class_ids_as_fractions_fail_the_job(activation):
    ids = np.zeros((1, 1, 64, 64), np.float32)
    ids[0, 0, 8:32] = 3
    with pytest.raises(InvalidOutputError, match='whole numbers: are they class ids'):
        decoder_of('segmentation', ids, activation=activation).decode([ids], None)
