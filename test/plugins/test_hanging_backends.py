# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Engines and preprocessors from outside that hang outside of jobs are refused or left behind."""

from __future__ import annotations

import importlib
import threading

import numpy as np
import pytest
from children import wait_until
from networks import write_network
from networks import write_onnx

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution import backends
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.plugins import own_code
from edge_sched_ros.plugins.owner_thread import owner_of
from edge_sched_ros.plugins.owner_thread import OwnerThread

#: calls wait while `gate` is closed; `threads` are those that made calls
GATE = """
import threading

gate, hangs, threads = threading.Event(), set(), {}

def wait(where):
    threads[where] = threading.current_thread()
    if where in hangs:
        gate.wait(60)
"""
SOURCE = """
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from {gate} import wait

wait('import')

class Network:
    def __init__(self, inner): self.inner = inner
    def __getattr__(self, name): return getattr(self.inner, name)
    def close(self):
        wait('close')
        self.inner.close()

class Engine(OnnxRuntimeEngine):
    name = 'outside_engine'
    def __init__(self):
        wait('constructor')
        super().__init__()
    def load(self, spec, unit=None):
        wait('load')
        return Network(super().load(spec, unit))

class Preprocessor(OpenCvPreprocessor):
    name = 'outside_preprocessor'
    def for_unit(self, unit):
        wait('for_unit')
        return super().for_unit(unit)
"""


@pytest.fixture
def outside(tmp_path, installed, monkeypatch):
    """Return the module with the gate, and a function that makes a pipeline."""
    name = f'hung_{tmp_path.name}'.replace('-', '_')
    gate = f'gate_{name}'
    installed('hung', {}, {gate: GATE, name: SOURCE.format(gate=gate)})
    module = importlib.import_module(gate)
    raw = np.zeros((1, 4, 7), np.float32)
    write_onnx(tmp_path / 'boxes.onnx', outputs={'out': raw}, input_shape=[1, 3, 32, 32])
    network = write_network(
        tmp_path, 'boxes', engine=f'{name}:Engine', decoder='yolov5', decoder_options={}
    )
    parameters = {
        'tasks': ['detector'],
        'detector.network': str(network),
        'detector.topic': 'camera',
        'detector.deadline_ms': 600_000,
        'preprocessor': f'{name}:Preprocessor',
        'units': ['cpu0'],
    }

    def make():
        pipeline = Pipeline(from_parameters(parameters), on_end=lambda _: None)
        pipeline.load()
        return pipeline

    yield module, make
    module.gate.set()


@pytest.mark.parametrize('where', ['import', 'constructor', 'load', 'for_unit'])
def test_what_hangs_is_refused_in_time_and_used_when_it_has_returned(where, outside, monkeypatch):
    module, make = outside
    module.hangs.add(where)
    with monkeypatch.context() as patch:
        for limit in ('MAKING_S', 'LOADING_S'):
            patch.setattr(backends, limit, 0.05)  # short on purpose
        patch.setattr(own_code, 'MAKING_S', 2.0 if where != 'import' else 0.05)
        for _ in range(2):
            with pytest.raises(ConfigError, match=f'its {where} did not return within') as caught:
                make()
            assert len(str(caught.value)) < 500
    module.gate.set()
    owner = owner_of(module.__name__.removeprefix('gate_'))
    wait_until(lambda: owner._late.returned, 'the call')
    make().unload()


def test_one_thread_makes_all_calls_of_a_package_outside_of_jobs(outside):
    module, make = outside
    pipeline = make()
    pipeline.unload()
    assert set(module.threads) >= {'import', 'constructor', 'load', 'for_unit', 'close'}
    # where a driver's context is current once the module has made it so
    assert len(set(module.threads.values())) == 1
    assert threading.current_thread() not in module.threads.values()


def test_a_network_whose_close_hangs_is_left_behind(outside, monkeypatch, caplog):
    module, make = outside
    pipeline = make()
    module.hangs.add('close')
    monkeypatch.setattr(backends, 'CALL_S', 0.05)  # short on purpose
    pipeline.unload()
    assert 'Network was not freed: HungCallError: its close did not return' in caplog.text


def test_the_thread_of_a_package_returns_and_raises_what_a_call_does():
    owner = OwnerThread('x')
    assert owner.call('inner', lambda: owner.call('outer', lambda: 3, 1.0), 5.0) == 3
    with pytest.raises(SystemExit):
        owner.call('exit', lambda: exec('raise SystemExit'), 5.0)
    assert owner.call('again', lambda: 4, 5.0) == 4
    assert owner_of('a.b') is owner_of('a.c') is not owner_of('b')
