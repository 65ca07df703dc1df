# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A build that loading starts tells how far it is, on releases of TensorRT that tell."""

from __future__ import annotations

import logging

import pytest
from fake_tensorrt import fake_tensorrt
from fake_tensorrt import FLAVOURS
from fake_tensorrt import write_spec

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.tensorrt.build_news import FAILED
from edge_sched_ros.execution.tensorrt.build_news import listening
from edge_sched_ros.execution.tensorrt.progress import logged
from edge_sched_ros.execution.tensorrt.settings import BuildSettings
from edge_sched_ros.pipeline.health.build_health import build_health

pytest.importorskip('onnxruntime')


def _shares(caplog):
    return [record.args[1] for record in caplog.records if 'is built' in record.msg]


@pytest.mark.parametrize('flavour', FLAVOURS)
def test_loading_logs_each_further_tenth(monkeypatch, tmp_path, caplog, flavour):
    caplog.set_level(logging.INFO)
    with fake_tensorrt(monkeypatch, flavour):
        engine = TensorRtEngine(settings=BuildSettings(cache=tmp_path / 'engines'))
        spec = load_network(write_spec(tmp_path))
        engine.load(spec, Unit('gpu', 'gpu')).close()
        shares = _shares(caplog)
        assert shares == sorted(set(shares))
        assert (shares[-1:] == [100]) is (flavour != '8.6')
        caplog.clear()
        engine.load(spec, Unit('gpu', 'gpu')).close()
        # found in the cache
        assert _shares(caplog) == []


def test_a_tenth_is_told_once(caplog):
    caplog.set_level(logging.INFO)
    progress = logged(logging.getLogger('build'), 'net.onnx for dla0')
    for done in (0.0, 0.05, 0.1, 0.12, 0.19, 0.5, 0.4, 1.0, 1.0):
        progress(done)
    assert _shares(caplog) == [10, 50, 100]
    assert caplog.messages[:2] == [
        'net.onnx for dla0: its engine is being built, which takes minutes',
        'net.onnx for dla0: 10 % of its engine is built',
    ]


@pytest.mark.parametrize('flavour', FLAVOURS)
def test_diagnostics_have_a_line_of_each_build(monkeypatch, tmp_path, flavour):
    lines = []
    with fake_tensorrt(monkeypatch, flavour), listening(lambda s: lines.append(build_health(s))):
        engine = TensorRtEngine(settings=BuildSettings(cache=tmp_path / 'engines'))
        spec = load_network(write_spec(tmp_path))
        engine.load(spec, Unit('gpu', 'gpu')).close()
        assert {line.name for line in lines} == {'engine net.onnx for gpu'}
        texts = [line.message for line in lines]
        assert (texts[0], texts[-1]) == ('is being built, which takes minutes', 'built')
        assert ('is being built: 100 %' in texts) is (flavour != '8.6')
        lines.clear()
        # found in the cache
        engine.load(spec, Unit('gpu', 'gpu')).close()
        assert lines == []


def test_a_build_that_fails_is_told(monkeypatch, tmp_path):
    steps = []
    with fake_tensorrt(monkeypatch, '10.3') as fake, listening(steps.append):
        engine = TensorRtEngine(settings=BuildSettings(cache=tmp_path / 'engines'))
        monkeypatch.setattr(
            fake.build.Builder, 'build_serialized_network', lambda *_arguments: None
        )
        with pytest.raises(ConfigError):
            engine.load(load_network(write_spec(tmp_path)), Unit('gpu', 'gpu'))
    assert [step.state for step in steps][-1] == FAILED
    assert build_health(steps[-1]).message == 'was not built'
