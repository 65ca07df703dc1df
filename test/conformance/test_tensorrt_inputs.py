# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks with several inputs on the stand-ins of TensorRT."""

from __future__ import annotations

import numpy as np
import pytest
from fake_tensorrt import fake_tensorrt
from fake_tensorrt import FLAVOURS
from onnx import helper
from raw_outputs import FLOAT
from raw_outputs import write_echo

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.tensorrt.settings import BuildSettings
from edge_sched_ros.execution.tensorrt.shapes import describe_shapes
from edge_sched_ros.perception.calibration import picture_inputs

pytest.importorskip('onnxruntime')

GPU = Unit('gpu', 'gpu')
OPEN = (['n', 3, 'h', 'w'], FLOAT)
INPUTS = {
    'y': {'from': 'second_image'},
    'small': {'from': 'image', 'width': 4, 'height': 2},
    'size': {'from': 'image_size'},
}


def _spec(tmp_path):
    return load_network(
        write_echo(
            tmp_path,
            {'x': OPEN, 'y': OPEN, 'small': OPEN, 'size': (['n', 2], FLOAT)},
            nodes=[helper.make_node('Add', ['x', 'y'], ['sum'])],
            outputs={'sum': OPEN},
            input={'width': 8, 'height': 6, 'name': 'x'},
            inputs=INPUTS,
        )
    )


@pytest.mark.parametrize('flavour', FLAVOURS)
def test_every_input_has_its_own_size(tmp_path, monkeypatch, flavour):
    spec = _spec(tmp_path)
    assert describe_shapes(spec) == '1..1x3x6x8,small:3x2x4,y:3x6x8'
    shapes = {'x': (1, 3, 6, 8), 'y': (1, 3, 6, 8), 'small': (1, 3, 2, 4), 'size': (1, 2)}
    random = np.random.default_rng(1)
    given = {name: random.random(shape, np.float32) for name, shape in shapes.items()}
    with fake_tensorrt(monkeypatch, flavour):
        engine = TensorRtEngine(settings=BuildSettings(cache=tmp_path / 'engines'))
        network = engine.load(spec, GPU)
        outputs = network.run([given[info.name] for info in network.inputs])
        found = {info.name: one for info, one in zip(network.outputs, outputs)}
        network.close()
    assert np.allclose(found['sum'], given['x'] + given['y'])
    assert np.allclose(found['small_out'], given['small'])
    assert np.allclose(found['size_out'], given['size'])


def test_ranges_are_not_measured_for_several_inputs(tmp_path):
    (tmp_path / 'a.png').write_bytes(b'')
    with pytest.raises(ConfigError, match='inputs: ranges are measured on one picture'):
        picture_inputs(tmp_path, '--calibrate')(_spec(tmp_path))
