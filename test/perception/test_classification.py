# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Classification, against probabilities from the textbook."""

from __future__ import annotations

import math

import numpy as np
import pytest
from decoding import decoder_of
from decoding import infos

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.perception.decoders.classification import Classification
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.values import InvalidOutputError

LOGITS = np.array([[1.0, 4.0, -2.0, 3.0, 0.5, 0.0]], np.float32)


def _decode(raw, **options):
    return decoder_of('classification', raw, **options).decode([raw], None)


def test_softmax_and_the_best_classes_first():
    total = sum(math.exp(value) for value in LOGITS[0])
    found = _decode(LOGITS, top_k=3, labels=tuple('abcdef'))
    assert found.class_ids.tolist() == [1, 3, 0]
    assert found.scores == pytest.approx([math.exp(x) / total for x in (4, 3, 1)], rel=1e-5)
    assert [found.label(index) for index in range(3)] == ['b', 'd', 'a']


def test_sigmoid_and_a_threshold():
    found = _decode(LOGITS, activation='sigmoid', score_threshold=0.7)
    assert found.class_ids.tolist() == [1, 3, 0]
    assert found.scores == pytest.approx([1 / (1 + math.exp(-x)) for x in (4, 3, 1)], rel=1e-5)


def test_logits_of_two_classes_may_look_a_little_like_probabilities():
    assert _decode(np.array([[0.7, 0.29]], np.float32)).class_ids.tolist() == [0, 1]


@pytest.mark.parametrize('shape', [(1, 4), (1, 4, 1, 1), (1, 1, 1, 4)])
def test_probabilities_are_taken_as_they_are(shape):
    chances = np.array([0.1, 0.2, 0.6, 0.1], np.float32).reshape(shape)
    found = _decode(chances, activation='none', labels=tuple('abcd'))
    assert found.class_ids.tolist() == [2, 1, 0, 3]
    assert found.scores == pytest.approx([0.6, 0.2, 0.1, 0.1])


@pytest.mark.parametrize('activation', ['softmax', 'sigmoid'])
def test_probabilities_under_an_activation_fail_the_job(activation):
    chances = np.array([[0.1, 0.2, 0.6, 0.1]], np.float32)
    with pytest.raises(InvalidOutputError, match='already: set activation: none'):
        _decode(chances, activation=activation)


@pytest.mark.parametrize(
    ('values', 'options', 'why'),
    [
        ([1.0, np.nan, 0.0], {}, 'NaN'),
        ([1.0, np.inf, 0.0], {}, 'infinite'),
        ([0.25] * 4, {}, 'constant'),
        ([4.0, -3.0, 0.0], {'activation': 'none'}, r'are they logits \(softmax\)'),
    ],
)
def test_scores_that_say_nothing_fail_the_job(values, options, why):
    with pytest.raises(InvalidOutputError, match=why):
        _decode(np.array([values], np.float32), **options)


@pytest.mark.parametrize(
    ('shape', 'options', 'why'),
    [
        ((1, 1001), {'labels': tuple(map(str, range(1000)))}, '1000 names.* 1001 classes'),
        ((1, 1), {}, 'at least two classes'),
        ((1, 7, 9), {}, 'at least two classes'),
        ((4, 7), {}, 'at least two classes'),
        ((1, 7), {'activation': 'tanh'}, 'must be one of'),
        ((1, 7), {'top_k': 0}, 'from 1 to 1000'),
    ],
)
def test_what_cannot_be_is_refused_when_loading(shape, options, why):
    with pytest.raises(ConfigError, match=why):
        decoder_of('classification', np.zeros(shape, np.float32), **options)


@pytest.mark.parametrize(
    ('shape', 'metadata', 'certainty', 'activation'),
    [
        ((1, 1000), {'task': 'classify'}, CERTAIN, 'none'),
        ((1, 1000), {}, LIKELY, None),
        ((1, 7), {'names': "['a', 'b', 'c', 'd', 'e', 'f', 'g']"}, LIKELY, None),
        ((1, 256), {}, POSSIBLE, None),
        ((1, 1000), {'task': 'detect'}, None, None),
        ((1, 84, 8400), {}, None, None),
    ],
)
def test_lists_of_scores_are_recognised(shape, metadata, certainty, activation):
    seen = Classification.recognise(infos((shape, 'float32')), metadata, (224, 224))
    assert (seen and seen.certainty) == certainty
    assert (seen and seen.options.get('activation')) == activation


def test_scores_from_0_to_1_are_no_logits():
    labels = np.float32([[0.9, 0.8, *[0.01] * 10]])
    for activation in ('softmax', 'sigmoid'):
        with pytest.raises(InvalidOutputError, match='are they probabilities'):
            _decode(labels, activation=activation)
    few = np.float32([[0.9, 0.8]])
    decoder = decoder_of('classification', few)
    for doubts, raw in ((False, few), (True, few), (False, few + 1)):
        for _ in range(9 if raw is few else 1):
            decoder.decode([raw], None)
        assert ('are they probabilities' in decoder.doubt) == doubts
