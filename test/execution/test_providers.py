# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Execution providers of ONNX Runtime: found, chosen by unit, and left where they refuse."""

from __future__ import annotations

import importlib.util
import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_probes import find

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.discovery.inventory import take_inventory
from edge_sched_ros.execution.discovery.probe import ProbeResult
from edge_sched_ros.execution.engine_options import EngineOptions
from edge_sched_ros.execution.engines import onnxruntime as engine_module
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.providers import table
from edge_sched_ros.execution.providers.choice import Place
from edge_sched_ros.execution.providers.choice import place_for
from edge_sched_ros.execution.providers.choice import places
from edge_sched_ros.execution.providers.choice import reason_of
from edge_sched_ros.execution.providers.network import CoresNetwork
from edge_sched_ros.pipeline.settings.resources import share_of

pytest.importorskip('onnxruntime')

DETECTOR = share_of() / 'models' / 'detector.yaml'
_OPENVINO = ProbeResult(
    True,
    {
        'version': '1.23.2',
        'openvino': {
            'devices': [
                {'kind': 'cpu', 'name': 'CPU'},
                {'kind': 'gpu', 'name': 'GPU'},
                {'kind': 'npu', 'name': 'NPU'},
            ]
        },
    },
)
_CUDA = ProbeResult(
    True,
    {
        'tensorrt': {'devices': [{'kind': 'gpu', 'name': 'A'}]},
        'cuda': {'devices': [{'kind': 'gpu', 'name': 'A'}]},
        **_OPENVINO.facts,
    },
)


def _spec(**options):
    spec = load_network(DETECTOR)
    return replace(spec, engine_options=EngineOptions(**options), variants=())


def _picture(network):
    shape = [max(size, 1) for size in network.inputs[0].shape]
    return [np.random.default_rng(3).random(shape, dtype=np.float32)]


def test_devices_of_a_provider_are_units():
    found = places(_OPENVINO, 0)
    assert {unit: [one.provider for one in devices] for unit, devices in found.items()} == {
        'cpu': ['openvino'],
        'gpu0': ['openvino'],
        'npu0': ['openvino'],
    }


def test_a_gpu_of_another_maker_follows_those_of_cuda():
    found = places(_CUDA, 1)
    assert found['gpu0'] == (Place('tensorrt', 0), Place('cuda', 0))
    assert found['gpu1'] == (Place('openvino', 0),)
    assert place_for(found, Unit('gpu0', 'gpu'), '') == Place('tensorrt', 0)
    assert place_for(found, Unit('gpu0', 'gpu'), 'cuda') == Place('cuda', 0)
    assert place_for(found, Unit('gpu0', 'gpu'), 'openvino') is None
    assert place_for(found, Unit('cpu3', 'cpu'), 'openvino') == Place('openvino', 0)


def test_the_inventory_has_units_that_only_a_provider_serves(monkeypatch):
    find(monkeypatch, providers=lambda: _OPENVINO)
    found = {one.name: one for one in take_inventory(probes=probes.probe_machine())}
    assert found['npu0'].available and found['npu0'].kind == 'npu'
    assert found['gpu0'].available
    assert OnnxRuntimeEngine().kinds == ('cpu', 'gpu', 'npu')


def test_without_providers_no_process_is_started_and_nothing_changes(monkeypatch):
    monkeypatch.setattr(table.Provider, 'installed', property(lambda provider: False))
    monkeypatch.setattr(probes, 'run_probe', lambda *given: pytest.fail('a process was started'))
    assert not probes.probe_providers().ok
    find(monkeypatch)
    assert OnnxRuntimeEngine().kinds == ('cpu',)
    assert 'npu0' not in {one.name for one in take_inventory(probes=probes.probe_machine())}


@pytest.mark.parametrize(
    ('told', 'words'),
    [
        (
            '[ONNXRuntimeError] : 1 : FAIL : QNN EP requires ORT >= 1.24 (API 24). Host: 1.23',
            "QNN EP requires ORT >= 1.24 (API 24). Host: 1.23 (pip install 'onnxruntime>=1.24",
        ),
        ('The requested API version [26] is not available', "pip install 'onnxruntime>=1.26,<2'"),
        ('it sees no device here', 'it sees no device here'),
    ],
)
def test_why_a_provider_cannot_be_used_is_one_line(monkeypatch, told, words):
    monkeypatch.setattr(table.Provider, 'installed', property(lambda provider: True))
    reason = reason_of(ProbeResult(True, {'qnn': {'reason': told}}), 'qnn')
    assert words in reason and '\n' not in reason and 'ONNXRuntimeError' not in reason


def test_what_is_not_installed_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(table.Provider, 'installed', property(lambda provider: False))
    assert reason_of(ProbeResult(False), 'openvino') == (
        'is not installed: pip install onnxruntime-ep-openvino'
    )


def test_cpu_cores_go_on_without_the_provider(monkeypatch, caplog):
    find(monkeypatch)
    with caplog.at_level(logging.WARNING):
        network = OnnxRuntimeEngine().load(_spec(provider='openvino'), Unit('cpu0'))
    assert network.run(_picture(network))
    (record,) = caplog.records
    text = record.getMessage()
    assert "'openvino' does not serve cpu0" in text and 'default provider' in text
    assert text.startswith(f'{DETECTOR}: engine_options.provider: ')


def test_cpu_cores_go_on_where_the_provider_refuses_the_model(monkeypatch, caplog):
    find(monkeypatch, providers=lambda: _OPENVINO)

    def refuse(*given, **options):
        raise RuntimeError('[ONNXRuntimeError] : 9 : NOT_IMPLEMENTED\n  Sinh is not supported')

    monkeypatch.setattr(engine_module, 'open_session', refuse)
    with caplog.at_level(logging.WARNING):
        network = OnnxRuntimeEngine().load(_spec(provider='openvino'), Unit('cpu0'))
    assert network.run(_picture(network))
    (record,) = caplog.records
    assert "'openvino' refuses demo_detector.onnx" in record.getMessage()
    assert '\n' not in record.getMessage()


def test_a_unit_runs_the_session_of_its_provider(monkeypatch, caplog):
    find(monkeypatch, providers=lambda: _OPENVINO)
    asked = []

    def give(file, name, kind, index, **given):
        asked.append((name, kind, index, given['exact']))
        return engine_module._open(file)

    monkeypatch.setattr(engine_module, 'open_session', give)
    engine = OnnxRuntimeEngine()
    for unit in (Unit('cpu0'), Unit('npu0', 'npu')):
        network = engine.load(_spec(provider='openvino'), unit)
        assert network.run(_picture(network))
    assert set(asked) == {('openvino', 'cpu', 0, True), ('openvino', 'npu', 0, False)}
    assert not caplog.records


def test_another_unit_is_refused_with_the_reason(monkeypatch):
    find(monkeypatch, providers=lambda: _OPENVINO)
    engine = OnnxRuntimeEngine()
    with pytest.raises(ConfigError, match='the default provider serves CPU cores, not npu0'):
        engine.load(_spec(provider='default'), Unit('npu0', 'npu'))
    with pytest.raises(ConfigError, match="'cuda' does not serve npu0: "):
        engine.load(_spec(provider='cuda'), Unit('npu0', 'npu'))


def test_a_provider_of_another_name_is_refused_by_the_file(tmp_path):
    text = DETECTOR.read_text() + 'engine_options: {provider: openvno}\n'
    path = tmp_path / 'detector.yaml'
    for name in DETECTOR.parent.glob('*.onnx'):
        (tmp_path / name.name).symlink_to(name)
    path.write_text(text)
    with pytest.raises(ConfigError, match='must be one of default, tensorrt, cuda, openvino, qnn'):
        load_network(path)


def test_a_network_for_all_cores_gives_each_call_a_session_of_its_own():
    class Recorder:
        inputs = outputs = ()

        def __init__(self, name):
            self.name, self.closed = name, False

        def run(self, inputs):
            # while this one runs, the other is free
            return [self.name, *(inputs[0].run([]) if inputs else [])]

        def close(self):
            self.closed = True

    sessions = [Recorder('a'), Recorder('b')]
    network = CoresNetwork(sessions)
    assert sorted(network.run([network])) == ['a', 'b']
    network.close()
    assert all(one.closed for one in sessions)


@pytest.mark.skipif(
    importlib.util.find_spec('onnxruntime_ep_openvino') is None,
    reason='onnxruntime-ep-openvino is not installed',
)
def test_openvino_answers_as_the_default_provider_does(monkeypatch, tmp_path):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    engine = OnnxRuntimeEngine()
    own = engine.load(_spec(), Unit('cpu0'))
    other = engine.load(_spec(provider='openvino'), Unit('cpu0'))
    assert isinstance(other, CoresNetwork) or not Path('/sys/devices/system/cpu/cpu1').exists()
    for one, two in zip(own.run(_picture(own)), other.run(_picture(own))):
        np.testing.assert_allclose(one, two, atol=1e-3)
    assert list((tmp_path / 'edge_sched_ros' / 'providers').glob('openvino-*'))
    other.close()
