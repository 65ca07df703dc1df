# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Puts the stand-ins of TensorRT and pycuda in place, and sees afterwards that all is freed."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_probes
import numpy as np
import onnx
import pytest
from onnx import helper
from onnx import numpy_helper
from onnx import TensorProto

FAKES = Path(__file__).parents[1] / 'conformance' / 'fakes'
FLAVOURS = ['8.6', '10.3', '11.0']


def _forget_modules() -> None:
    for name in list(sys.modules):
        if name.partition('.')[0] in ('tensorrt', 'pycuda', 'cuda'):
            del sys.modules[name]


@contextmanager
def fake_tensorrt(
    monkeypatch: pytest.MonkeyPatch,
    flavour: str = '10.3',
    *,
    freed: bool = True,
    binding: str = 'pycuda',
) -> Iterator[Any]:
    """
    Let ``import tensorrt`` and what CUDA is called through give the stand-ins within.

    :param freed: whether all must be freed at the end
    :param binding: the probe that finds what CUDA is called through
    """
    monkeypatch.setenv('FAKE_TENSORRT', flavour)
    fake_probes.find(
        monkeypatch, **dict.fromkeys(('cuda', binding, 'tensorrt'), lambda: fake_probes.WORKS)
    )
    monkeypatch.syspath_prepend(str(FAKES))
    _forget_modules()
    names = {
        'driver': 'pycuda.driver',
        'faults': 'pycuda.faults',
        'memory': 'pycuda.memory',
        'build': 'tensorrt.build',
        'run': 'tensorrt.run',
        'trt': 'tensorrt',
    }
    if binding != 'pycuda':
        names['bindings'] = 'cuda.bindings.driver'
    fake = SimpleNamespace(**{key: importlib.import_module(name) for key, name in names.items()})
    try:
        yield fake
        gc.collect()
        if freed:
            assert what_is_left(fake) == []
    finally:
        _forget_modules()


def what_is_left(fake: Any) -> list[str]:
    """Return what was freed wrongly or not at all."""
    left = list(fake.faults.found)
    left += ['device memory'] * len(fake.memory.allocations)
    left += ['stream'] * len(fake.driver.streams)
    left += ['context'] * fake.driver.retained
    if hasattr(fake, 'bindings'):
        left += ['page-locked memory'] * len(fake.bindings.pinned)
    else:
        # cuda.core leaves the last one current
        left += ['pushed context'] * (fake.driver.current_context() is not None)
    left += ['loadables'] * any(fake.run.loadables.values())
    return left


def write_layers(
    file: Path,
    *,
    batch: Any = 1,
    matmul: bool = False,
    half: bool = False,
    ranges: bool = False,
    depth: int = 1,
) -> None:
    """
    Write a small network that really computes: convolutions with activations.

    :param matmul: put a layer between that no DLA runs
    :param half: compute in half precision
    :param ranges: quantise the input and back, as networks trained for int8 do
    """
    random = np.random.default_rng(3)
    kind = np.float16 if half else np.float32
    nodes, weights, last = [], [], 'input'
    if ranges:
        weights += [numpy_helper.from_array(np.array(0.1, np.float32), 'scale')]
        weights += [numpy_helper.from_array(np.array(0, np.int8), 'zero')]
        nodes.append(helper.make_node('QuantizeLinear', [last, 'scale', 'zero'], ['q']))
        nodes.append(helper.make_node('DequantizeLinear', ['q', 'scale', 'zero'], ['dq']))
        last = 'dq'
    for index in range(depth):
        weight = random.normal(size=(3, 3, 3, 3)).astype(kind)
        weights.append(numpy_helper.from_array(weight, f'w{index}'))
        pads = {'pads': [1, 1, 1, 1]}
        nodes.append(helper.make_node('Conv', [last, f'w{index}'], [f'c{index}'], **pads))
        last = f'c{index}'
        if matmul:
            weight = random.normal(size=(8, 8)).astype(kind)
            weights.append(numpy_helper.from_array(weight, f'm{index}'))
            nodes.append(helper.make_node('MatMul', [last, f'm{index}'], [f'x{index}']))
            last = f'x{index}'
        nodes.append(helper.make_node('Relu', [last], [f'r{index}']))
        last = f'r{index}'
    nodes[-1].output[0] = 'output'
    element = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    value = [
        helper.make_tensor_value_info(name, element, [batch, 3, 8, 8])
        for name in ('input', 'output')
    ]
    graph = helper.make_graph(nodes, 'layers', value[:1], value[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 8
    onnx.save(model, str(file))


def write_spec(folder: Path, name: str = 'net', *, max_batch: int = 1, **layers: Any) -> Path:
    """Write a network of :func:`write_layers` with its YAML; return that."""
    write_layers(folder / f'{name}.onnx', **layers)
    path = folder / f'{name}.yaml'
    path.write_text(
        f'file: {name}.onnx\ninput: {{width: 8, height: 8}}\ndecoder: yolov5\n'
        f'max_batch: {max_batch}\n'
    )
    return path
