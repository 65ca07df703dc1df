# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Parts of a GPU by green contexts: the TensorRT engine on stand-ins that keep the driver's rules.

The names used of cuda.core are looked up in the real package where EDGE_SCHED_CUDA_SITE is set:
see ``test_cuda_core.py``.
"""

from __future__ import annotations

import gc
import threading

import numpy as np
import pytest
from children import run_together
from fake_tensorrt import fake_tensorrt
from fake_tensorrt import write_spec

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.gpu_parts.engine import PartEngine
from edge_sched_ros.execution.gpu_parts.parts import read_parts
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.tensorrt.settings import BuildSettings

pytest.importorskip('onnxruntime')

A, B, WHOLE = Unit('gpu0.a', 'gpu'), Unit('gpu0.b', 'gpu'), Unit('gpu0', 'gpu')
RANDOM = np.random.default_rng(7)


@pytest.fixture
def fake(monkeypatch):
    with fake_tensorrt(monkeypatch, '10.3', binding='cuda_core') as fake:
        yield fake
        gc.collect()
        from cuda import green

        assert not green.alive


def _parts_of(engine, *entries):
    return PartEngine(engine, {part.name: part for part in read_parts(entries)})


def _engine(tmp_path, *entries):
    settings = BuildSettings(cache=tmp_path / 'engines')
    return _parts_of(TensorRtEngine(settings=settings), *entries)


def _spec(tmp_path):
    return load_network(write_spec(tmp_path))


def _picture():
    return RANDOM.normal(size=(1, 3, 8, 8)).astype(np.float32)


def _expected(spec, picture):
    return OnnxRuntimeEngine().load(spec).run([picture])[0]


def _sizes():
    from cuda import green

    return sorted(len(numbers) for numbers in green.alive.values())


def test_each_part_has_its_multiprocessors_and_computes_what_the_cpu_does(fake, tmp_path):
    engine, spec = _engine(tmp_path, 'gpu0.a=0.75', 'gpu0.b=0.25'), _spec(tmp_path)
    assert isinstance(engine, Engine)
    assert engine.available() == (True, '')
    networks = [engine.load(spec, unit) for unit in (A, B)]
    assert _sizes() == [4, 12]
    pictures, answers = [_picture() for _ in range(6)], {}

    def run(number):
        answers[number] = networks[number % 2].run([pictures[number]])[0]

    run_together(*(threading.Thread(target=run, args=(number,)) for number in range(6)))
    for number, picture in enumerate(pictures):
        assert np.array_equal(answers[number], _expected(spec, picture))
    for network in networks:
        network.close()


def test_a_part_is_made_again_of_the_same_multiprocessors(fake, tmp_path):
    engine, spec = _engine(tmp_path, 'gpu0.a=0.5', 'gpu0.b=0.5'), _spec(tmp_path)
    kept = engine.load(spec, B)
    for _ in range(2):
        network = engine.load(spec, A)
        assert _sizes() == [8, 8]
        network.close()
        del network
        gc.collect()
        assert _sizes() == [8]
    kept.close()


def test_two_networks_of_a_part_share_its_context(fake, tmp_path):
    engine, spec = _engine(tmp_path, 'gpu0.a=0.5'), _spec(tmp_path)
    networks = [engine.load(spec, A) for _ in range(2)]
    assert _sizes() == [8]
    picture = _picture()
    (held,) = networks[0].run_linked([picture], {'output'})
    once = _expected(spec, picture)
    assert np.array_equal(networks[1].run([held])[0], _expected(spec, once))
    assert np.array_equal(held.numpy(), once)
    del held
    for network in networks:
        network.close()


def test_tensors_go_from_part_to_part(fake, tmp_path):
    engine, spec = _engine(tmp_path, 'gpu0.a=0.5', 'gpu0.b=0.5'), _spec(tmp_path)
    first, second = engine.load(spec, A), engine.load(spec, B)
    picture = _picture()
    (held,) = first.run_linked([picture], {'output'})
    answer = second.run([held])[0]
    assert np.array_equal(answer, _expected(spec, _expected(spec, picture)))
    del held
    first.close()
    second.close()


def test_the_context_before_comes_back_after_a_part(fake, tmp_path):
    from edge_sched_ros.execution.tensorrt import drivers

    cuda = drivers.load_driver(drivers.CUDA_CORE)
    (group,) = cuda.split(0, [8])
    primary, part = cuda.Device(0).retain_primary_context(), cuda.green_context(0, group)
    primary.push()
    part.push()
    assert fake.driver.current_green() is not None
    part.pop()
    assert fake.driver.current_green() is None
    primary.pop()
    # a thread that was in no context before must not stay in one that may end
    part.push()
    part.pop()
    assert fake.driver.current_green() is None


@pytest.mark.parametrize(
    ('shares', 'told'),
    [
        (
            ('gpu0.a=0.9', 'gpu0.b=0.1'),
            "'gpu0.b': the share 0.1 of 16 multiprocessors is too small: the smallest part has 4 "
            r'\(in steps of 2\), a share of 0.25$',
        ),
    ],
)
def test_a_share_that_the_gpu_cannot_give_is_one_line(fake, tmp_path, shares, told):
    with pytest.raises(ConfigError, match=told):
        _engine(tmp_path, *shares).load(_spec(tmp_path), A)


def test_a_driver_without_green_contexts_is_one_line(fake, tmp_path, monkeypatch):
    monkeypatch.setenv('FAKE_NO_GREEN', 'Green contexts require\nCUDA 12.4')
    with pytest.raises(ConfigError, match='gpu0 cannot be divided: Green contexts require CUDA'):
        _engine(tmp_path, 'gpu0.a=0.5').load(_spec(tmp_path), A)


def test_groups_that_are_too_small_are_refused(fake, tmp_path, monkeypatch):
    from cuda import green

    split = green.SMResource.split

    def fewer(self, options):
        return split(self, green.SMResourceOptions(count=[4 for _ in options.count]))

    monkeypatch.setattr(green.SMResource, 'split', fewer)
    with pytest.raises(ConfigError, match=r'asked for \[8\] multiprocessors, given \[4\]'):
        _engine(tmp_path, 'gpu0.a=0.5').load(_spec(tmp_path), A)


def test_pycuda_has_no_green_contexts(monkeypatch, tmp_path):
    with fake_tensorrt(monkeypatch, '10.3'):
        with pytest.raises(ConfigError, match=r'gpu0\.a: green contexts need cuda-core'):
            _engine(tmp_path, 'gpu0.a=0.5').load(_spec(tmp_path), A)


def test_what_cannot_be_kept_to_a_part_is_refused(fake, tmp_path):
    spec = _spec(tmp_path)
    with pytest.raises(ConfigError, match=r'onnxruntime cannot be kept to gpu0\.a'):
        _parts_of(OnnxRuntimeEngine(), 'gpu0.a=0.5').load(spec, A)
    with pytest.raises(ConfigError, match='gpu0 is no part'):
        _engine(tmp_path, 'gpu0.a=0.5').load(spec, WHOLE)
