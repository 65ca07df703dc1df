# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Sessions of ONNX Runtime: shared while in use, freed afterwards."""

from __future__ import annotations

import gc
import os

import numpy as np
import pytest
import yaml

from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.pipeline.settings.resources import find_file

pytest.importorskip('onnxruntime')


@pytest.fixture
def spec():
    return load_network(find_file('package://edge_sched_ros/models/depth.yaml', where='test'))


def _run(network):
    info = network.inputs[0]
    shape = [size or 1 for size in info.shape]
    return network.run([np.zeros(shape, info.dtype)])[0]


def test_tasks_with_one_file_share_a_session(spec):
    engine = OnnxRuntimeEngine()
    first, second = engine.load(spec), engine.load(spec)
    assert len(engine._sessions) == 1
    first.close()
    assert _run(second).size


def test_sessions_share_their_memory(spec):
    network = OnnxRuntimeEngine().load(spec)
    options = network._session.get_session_options()
    assert options.get_session_config_entry('session.use_env_allocators') == '1'


def test_a_session_is_freed_with_its_last_network(spec):
    engine = OnnxRuntimeEngine()
    networks = [engine.load(spec), engine.load(spec)]
    for network in networks:
        network.close()
    gc.collect()
    assert len(engine._sessions) == 0
    assert _run(engine.load(spec)).size


def test_a_file_that_changed_is_loaded_anew(spec, tmp_path):
    engine = OnnxRuntimeEngine()
    copy = tmp_path / 'net.onnx'
    copy.write_bytes(spec.file.read_bytes())
    data = yaml.safe_load(spec.source.read_text())
    yaml_file = tmp_path / 'net.yaml'
    yaml_file.write_text(yaml.safe_dump({**data, 'file': 'net.onnx', 'variants': []}))
    first = engine.load(load_network(yaml_file))
    os.utime(copy, (1, 1))
    second = engine.load(load_network(yaml_file))
    assert len(engine._sessions) == 2
    assert np.array_equal(_run(first), _run(second))
