# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``benchmarks/accuracy.py``: mistakes are one line, and too few answers are told."""

from __future__ import annotations

import json

import pytest

from benchmarks import accuracy


@pytest.mark.parametrize(
    ('arguments', 'problem'),
    [
        (['--variant', 'detector'], "must be TASK=NAME (detector=int8), not 'detector'"),
        (['--variant', 'detector='], 'must be TASK=NAME'),
        (['--engine-option', 'provider'], 'must be KEY=VALUE (provider=openvino)'),
        (['--frames', '0'], '--frames: must be at least 1'),
        (['--seeds', '-1'], '--seeds: must not be below 0'),
        (['--rate', '0'], '--rate: must be above 0'),
        (['--rate', '-1'], '--rate: must be above 0'),
        (['--rate', 'nan'], '--rate: must be above 0'),
    ],
)
def test_mistakes(monkeypatch, capsys, arguments, problem):
    monkeypatch.setattr(accuracy, 'measure', lambda *_: pytest.fail('measured'))
    with pytest.raises(SystemExit) as caught:
        accuracy.main(arguments)
    assert caught.value.code == 2
    out, error = capsys.readouterr()
    assert out == '' and problem in error and 'Traceback' not in error


@pytest.mark.parametrize('variant', ['detector=nope', 'nobody=int8'])
def test_variants_nobody_has(capsys, variant):
    pytest.importorskip('onnxruntime')
    arguments = ['--variant', variant, '--seeds', '20', '--frames', '2']
    assert accuracy.main(arguments) == 2
    out, error = capsys.readouterr()
    assert (out, error.count('\n')) == ('', 1)
    assert any(word in error for word in ("'nope'", 'no nobody'))


def test_engine_options_are_the_networks(capsys):
    pytest.importorskip('onnxruntime')
    arguments = ['--engine-option', 'provider=nobody', '--seeds', '20', '--frames', '2']
    assert accuracy.main(arguments) == 2
    out, error = capsys.readouterr()
    assert (out, error.count('\n')) == ('', 1)
    assert 'engine_options.provider' in error and "'nobody'" in error


def test_too_few_answers_are_told(monkeypatch, capsys):
    answered = {3: 0.94, 4: 0.96}
    monkeypatch.setattr(
        accuracy, 'measure', lambda seed, *_: {'mAP50': None, 'answered': answered[seed]}
    )
    assert accuracy.main(['--seeds', '3', '4']) == 0
    out, error = capsys.readouterr()
    assert 'seed 3: only 94.0%' in error and 'seed 4' not in error
    assert 'mAP50 none' in out
    accuracy.main(['--seeds', '4', '--json'])
    assert json.loads(capsys.readouterr().out) == {'4': {'mAP50': None, 'answered': 0.96}}


def test_every_option_has_a_help_text(capsys):
    with pytest.raises(SystemExit):
        accuracy.main(['--help'])
    text = ' '.join(capsys.readouterr().out.split())
    for words in ('scenes to measure on', 'of each scene', 'real time', 'may be repeated'):
        assert words in text
