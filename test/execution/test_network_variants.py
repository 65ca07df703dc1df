# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Variants in network files, right and wrong."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import write_network

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.engine_options import EngineOptions
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.network_variants import Accuracy
from edge_sched_ros.execution.network_variants import with_options

BEST = {'metric': 'mAP50', 'value': 0.8, 'source': 'a test'}


def _accuracy(value, **more):
    return {**BEST, 'value': value, **more}


def _variant(name='small', **more):
    return {'name': name, 'file': 'net.onnx', 'accuracy': _accuracy(0.6), **more}


def _write(folder, *variants, **more):
    return write_network(folder, **{'accuracy': BEST, 'variants': list(variants), **more})


def test_a_network_without_variants_is_its_file_alone(tmp_path):
    spec = load_network(write_network(tmp_path))
    assert spec.accuracy is None and spec.variants == ()
    assert list(spec.by_variant.values()) == [spec]
    assert spec.where('file') == f'{spec.source}: file'


def test_a_variant_is_the_network_with_what_it_says_itself(tmp_path):
    (tmp_path / 'small.onnx').touch()
    path = _write(
        tmp_path,
        _variant(
            file='small.onnx',
            kinds=['cpu'],
            engine_options={'precision': 'int8'},
            decoder_options={'score_threshold': 0.1},
        ),
        engine_options={'precision': 'fp16', 'strict_dla': True},
        decoder_options={'score_threshold': 0.5, 'nms_iou': 0.4},
    )
    base, small = load_network(path).by_variant.values()
    assert (base.variant, small.variant) == ('base', 'small')
    assert (base.kinds, small.kinds) == ((), ('cpu',))
    assert small.file == tmp_path / 'small.onnx'
    assert small.engine_options == EngineOptions('int8', True)
    assert small.decoder_options == {'score_threshold': 0.1, 'nms_iou': 0.4}
    assert small.accuracy.relative_to(base.accuracy) == pytest.approx(0.75)
    assert small.where('file') == f'{path}: variants.small.file'
    assert (small.input, small.decoder, small.name) == (base.input, base.decoder, base.name)


def test_the_most_accurate_comes_first_whatever_the_metric(tmp_path):
    for better, order in (('higher', ['b', 'c', 'a']), ('lower', ['a', 'c', 'b'])):
        one = {'better': better}
        variants = [
            _variant(name, accuracy=_accuracy(value, **one))
            for name, value in (('a', 0.1), ('b', 0.3), ('c', 0.2))
        ]
        best = _accuracy(0.5 if better == 'higher' else 0.05, **one)
        spec = load_network(_write(tmp_path, *variants, accuracy=best))
        assert [variant.name for variant in spec.variants] == order


@given(
    st.lists(st.floats(0, 1e6), min_size=2, max_size=5),
    st.sampled_from(['higher', 'lower']),
)
def test_shares_of_accuracy_are_from_0_to_1_and_in_order(values, better):
    best, *others = (Accuracy('m', value, 's', better) for value in values)
    others.sort(key=lambda one: one.value, reverse=better == 'higher')
    shares = [one.relative_to(best) for one in others]
    assert all(0 <= share <= 1 for share in shares)
    assert all(before >= after for before, after in pairwise(shares))
    assert best.relative_to(best) == 1


def test_one_choice_of_what_a_dla_cannot_run_takes_back_the_other():
    strict, open_ = EngineOptions(strict_dla=True), EngineOptions(allow_gpu_fallback=True)
    assert with_options(open_, strict) == open_
    assert with_options(strict, open_) == strict
    assert with_options(EngineOptions('int8'), strict) == EngineOptions('int8', True)


@pytest.mark.parametrize(
    ('variants', 'message'),
    [
        ([_variant(), _variant()], "variants: two variants are named 'small'"),
        ([_variant('base')], r"variants\[0\]\.name: 'base' is the network's own file"),
        ([_variant('a b')], r"variants\[0\]\.name: must be letters, digits, _ and -, not 'a b'"),
        ([{'file': 'net.onnx'}], r'variants\[0\]\.name: must be letters'),
        (['small.onnx'], 'variants: must be a list of mappings'),
        ({'small': {}}, 'variants: must be a list of mappings'),
        ([_variant(file='gone.onnx')], r'variants\.small\.file: there is no file .*gone\.onnx'),
        ([{'name': 'a', 'accuracy': BEST}], r'variants\.a\.file: is missing'),
        ([{'name': 'a', 'file': 'net.onnx'}], r'variants\.a\.accuracy: is missing'),
        (
            [_variant(acuracy={})],
            r"variants\.small\.acuracy: unknown key; did you mean 'accuracy'",
        ),
        (
            [_variant(accuracy=_accuracy(0.5, metric='IDF1'))],
            r"small\.accuracy\.metric: is 'IDF1', that of the network's own file is 'mAP50'",
        ),
        ([_variant(accuracy=_accuracy(1, better='lower'))], r'small\.accuracy\.better: is'),
        ([_variant(accuracy=_accuracy(1, better='worse'))], r'accuracy\.better: must be one of'),
        ([_variant(accuracy=_accuracy(-1))], r'accuracy\.value: must not be below zero, not -1'),
        ([_variant(accuracy=_accuracy(float('nan')))], r'accuracy\.value: must be a number'),
        ([_variant(accuracy={'metric': 'm', 'source': 's'})], r'accuracy\.value: is missing'),
        ([_variant(accuracy={'metric': 'm', 'value': 1})], r'accuracy\.source: must be given'),
        ([_variant(accuracy=0.5)], r'variants\.small\.accuracy: must be a mapping'),
        ([_variant(kinds='cpu')], r'variants\.small\.kinds: must be a list'),
        ([_variant(kinds=['gpu', 'gpu'])], r"variants\.small\.kinds: names 'gpu' twice"),
        ([_variant(kinds=['tpu'])], r'variants\.small\.kinds: must be one of cpu, gpu'),
        (
            [_variant(engine_options={'precision': 'fp8'})],
            r'variants\.small\.engine_options\.precision: must be one of auto',
        ),
        ([_variant(decoder_options=[])], r'variants\.small\.decoder_options: must be a mapping'),
    ],
)
def test_every_mistake_names_file_and_key(tmp_path, variants, message):
    with pytest.raises(ConfigError, match=r'net\.yaml: .*' + message) as caught:
        load_network(write_network(tmp_path, accuracy=BEST, variants=variants))
    assert '\n' not in str(caught.value)


def test_variants_need_to_know_how_right_the_file_itself_is(tmp_path):
    with pytest.raises(ConfigError, match=r'net\.yaml: accuracy: is missing'):
        load_network(write_network(tmp_path, variants=[_variant()]))


def test_a_tolerance_is_a_share_of_the_accuracy(tmp_path):
    assert load_network(_write(tmp_path, _variant())).tolerance is None
    assert load_network(_write(tmp_path, _variant(), tolerance=0.02)).tolerance == 0.02
    for value in (-0.1, 1.5, 'much', [], float('nan')):
        with pytest.raises(ConfigError, match=r'\.yaml: tolerance: must be'):
            load_network(_write(tmp_path, _variant(), tolerance=value))
