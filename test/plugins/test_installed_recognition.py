# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoders of installed packages are asked what they read, and cannot disturb who asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from decoding import decoder_of
from decoding import infos

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.perception.decoders import installed_recognition
from edge_sched_ros.perception.decoders.installed_recognition import recognise_all
from edge_sched_ros.perception.importing.graph import OnnxGraph
from edge_sched_ros.perception.importing.proposal import propose
from edge_sched_ros.perception.importing.proposal import Wishes

#: outputs that no decoder of this package reads
OUTPUTS = infos(((1, 7, 7, 7, 7), 'float32'))
IMAGES = infos(((1, 3, 64, 64), 'float32'), names=['images'])
GOOD = 'return Recognition(LIKELY, {"order": "xyxy"}, ("It may be upside down.",), 3)'
SOURCE = """
import time
from edge_sched_ros.perception.decoders.{module} import {base}
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import Recognition
class Mine({base}):
    output = 'detections'
    def decode(self, outputs, transform): ...
"""
RECOGNISE = """
    @classmethod
    def recognise(cls, outputs, metadata, input_size):
        if len(outputs[0].shape) == 5:
            {}
"""


@pytest.fixture
def own(installed):
    """Return a function that installs a decoder with this body of ``recognise``."""

    def _own(body, module='base', base='Decoder', name='mine'):
        text = SOURCE.format(module=module, base=base) + (body and RECOGNISE.format(body))
        point = {'decoders': {name: f'{name}_code:Mine'}}
        installed(f'package-{name}', point, {f'{name}_code': text})

    return _own


def test_an_installed_decoder_is_proposed_and_named_by_one_that_does_not_fit(own):
    own(GOOD)
    proposal = propose(OnnxGraph(Path('net.onnx'), IMAGES, OUTPUTS, {}), Wishes())
    assert proposal.values['decoder'] == 'mine'
    assert proposal.values['decoder_options'] == {'order': 'xyxy'}
    assert 'It may be upside down.' in proposal.doubts
    with pytest.raises(ConfigError, match=r'yolov8 needs one output .*; mine would fit'):
        decoder_of('yolov8', (OUTPUTS[0].shape, 'float32'))
    assert [name for name, _ in recognise_all(OUTPUTS, {}, None, besides='mine')] == []


def test_a_decoder_of_this_package_comes_before_an_equal_one(own):
    own('pass\n        return Recognition(LIKELY)')
    found = recognise_all(infos(((1, 84, 8400), 'float32')), {}, (640, 640))
    assert [name for name, _ in found][:2] == ['yolov8', 'mine']


def test_what_is_inherited_says_nothing_of_a_decoder(own):
    own('', 'yolov8', 'BoxDecoder')
    own('', 'yolov8', 'Yolov8', name='other')
    found = recognise_all(infos(((1, 84, 8400), 'float32')), {}, (640, 640))
    assert not {'mine', 'other'} & {name for name, _ in found}


@pytest.mark.parametrize(
    ('body', 'problem'),
    [
        ('raise SystemExit("no")', 'SystemExit: no'),
        ('return 5', 'AttributeError'),
        ('return Recognition(9)', 'ValueError: a certainty of 9'),
        ('return Recognition(2, {"a": object()})', 'TypeError'),
        ('return Recognition(2, classes=2.5)', 'a number of classes 2.5'),
        ('time.sleep(3)', 'did not return within 0.05 s'),
    ],
)
def test_an_answer_that_is_none_is_logged_once(own, caplog, monkeypatch, body, problem):
    own(body)
    if 'sleep' in body:
        monkeypatch.setattr(installed_recognition, '_ASK_S', 0.05)
    for _ in range(2):
        assert recognise_all(OUTPUTS, {}, None) == []
    assert len(caplog.records) == 1
    assert 'the decoder mine of package-mine 1.0 is not asked' in caplog.text
    assert problem in caplog.text
