# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every inference engine must do, whichever it is."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from children import run_together
from networks import write_network
from networks import write_onnx

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.execution import engines
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.plugins.built_in import modules_holding

VALUES = np.arange(28, dtype=np.float32).reshape(1, 4, 7)
ENGINES = [
    engine
    for engine_class in modules_holding(engines, 'ENGINE').values()
    if (engine := engine_class()).available()[0]
]


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def engine(request):
    return request.param


@pytest.fixture
def spec(tmp_path):
    write_onnx(tmp_path / 'net.onnx', outputs={'out': VALUES}, input_shape=['N', 3, 32, 32])
    return load_network(write_network(tmp_path))


def _unit(engine):
    return Unit(f'{engine.kinds[0]}0', engine.kinds[0])


def _input():
    return np.zeros((1, 3, 32, 32), np.float32)


def test_it_says_what_it_is(engine):
    assert isinstance(engine, Engine)
    assert set(engine.kinds) <= set(UNIT_KINDS) and engine.kinds
    available, reason = engine.available()
    assert available != bool(reason)


def test_outputs_have_the_shapes_it_announces(engine, spec):
    network = engine.load(spec, _unit(engine))
    outputs = network.run([_input()])
    assert [o.shape for o in outputs] == [info.shape for info in network.outputs] == [(1, 4, 7)]
    assert [str(o.dtype) for o in outputs] == [info.dtype for info in network.outputs]
    assert network.inputs[0].shape[1:] == (3, 32, 32)
    network.close()


def test_many_threads_may_run_one_network(engine, spec):
    network = engine.load(spec, _unit(engine))
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(network.run([_input()])[0].shape))
        for _ in range(8)
    ]
    run_together(*threads)
    assert results == [(1, 4, 7)] * 8
    network.close()


def test_results_are_not_overwritten_by_the_next_run(engine, spec):
    network = engine.load(spec, _unit(engine))
    first = network.run([_input()])[0]
    kept = first.copy()
    network.run([_input() + 1])
    assert (first == kept).all()
    network.close()


@pytest.mark.parametrize('content', [b'', b'this is no network'])
def test_a_corrupt_file_is_one_clear_line(content, tmp_path):
    path = write_network(tmp_path)
    (tmp_path / 'net.onnx').write_bytes(content)
    for engine in ENGINES:
        if engine.name == 'simulated':
            continue
        with pytest.raises(ConfigError, match=r'net\.yaml: file: cannot load') as caught:
            engine.load(load_network(path), _unit(engine))
        assert '\n' not in str(caught.value)
