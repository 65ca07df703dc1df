# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A build that loading starts tells how far it is, on releases of TensorRT that tell."""

from __future__ import annotations

import logging

import pytest
from fake_tensorrt import fake_tensorrt
from fake_tensorrt import FLAVOURS
from fake_tensorrt import write_spec

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.tensorrt.progress import logged
from edge_sched_ros.execution.tensorrt.settings import BuildSettings

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
    assert caplog.messages[0] == 'net.onnx for dla0: 10 % of its engine is built'
