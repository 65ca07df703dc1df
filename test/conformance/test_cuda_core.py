# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
CUDA through cuda.core: the TensorRT engine does what it does through pycuda.

Written on stand-ins. With EDGE_SCHED_CUDA_SITE set to a folder into which ``pip install --no-deps
--target FOLDER cuda-core cuda-bindings cuda-pathfinder`` installed, the names are looked up in the
real packages, too, which need no GPU for that.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from children import run_together
from children import TIMEOUT_S
from fake_tensorrt import fake_tensorrt
from fake_tensorrt import write_spec

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.cuda_core import CudaCore
from edge_sched_ros.execution.discovery.probe import ProbeResult
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.tensorrt import drivers
from edge_sched_ros.execution.tensorrt import names
from edge_sched_ros.execution.tensorrt.execution import TensorRtError
from edge_sched_ros.execution.tensorrt.settings import BuildSettings

pytest.importorskip('onnxruntime')

SITE = 'EDGE_SCHED_CUDA_SITE'
GPU = Unit('gpu0', 'gpu')
WORKS = ProbeResult(True, {'version': '1.2.2'})
BROKEN = ProbeResult(False, reason='pycuda is not installed')
RANDOM = np.random.default_rng(5)


@pytest.fixture
def fake(monkeypatch):
    with fake_tensorrt(monkeypatch, '10.3', binding='cuda_core') as fake:
        yield fake
        gc.collect()


def _engine(tmp_path):
    return TensorRtEngine(settings=BuildSettings(cache=tmp_path / 'engines'))


def _picture(batch=1):
    return RANDOM.normal(size=(batch, 3, 8, 8)).astype(np.float32)


def _expected(spec, picture):
    return OnnxRuntimeEngine().load(spec).run([picture])[0]


def test_it_computes_what_the_cpu_does_and_frees_all(fake, tmp_path):
    spec = load_network(write_spec(tmp_path, batch='N', max_batch=4))
    network = _engine(tmp_path).load(spec, GPU)
    made = fake.memory.pagelocked_made
    for batch in (4, 1, 3):
        picture = _picture(batch)
        assert np.array_equal(network.run([picture])[0], _expected(spec, picture))
    assert fake.memory.pagelocked_made == made
    network.close()
    assert not fake.bindings.pinned


def test_tensors_stay_on_the_device(fake, tmp_path):
    spec = load_network(write_spec(tmp_path))
    network = _engine(tmp_path).load(spec, GPU)
    picture = _picture()
    (held,) = network.run_linked([picture], {'output'})
    (again,) = network.run([held])
    once = _expected(spec, picture)
    assert np.array_equal(held.numpy(), once)
    assert np.array_equal(again, _expected(spec, once))
    del held
    network.close()


def test_each_thread_has_its_own_devices(fake, tmp_path, monkeypatch):
    monkeypatch.setenv('FAKE_CUDA_DEVICES', '2')
    spec = load_network(write_spec(tmp_path))
    engine = _engine(tmp_path)
    networks = [engine.load(spec, Unit(f'gpu{index}', 'gpu')) for index in (0, 1)]
    pictures = [_picture() for _ in range(4)]

    answers = {}

    def run(number):
        answers[number] = networks[number % 2].run([pictures[number]])[0]

    run_together(*(threading.Thread(target=run, args=(number,)) for number in range(4)))
    for number, picture in enumerate(pictures):
        assert np.array_equal(answers[number], _expected(spec, picture))
    for network in networks:
        network.close()


def test_the_context_before_comes_back(fake, monkeypatch):
    monkeypatch.setenv('FAKE_CUDA_DEVICES', '2')
    cuda = drivers.load_driver(drivers.CUDA_CORE)
    first, second = (cuda.Device(index).retain_primary_context() for index in (0, 1))
    first.push()
    second.push()
    assert fake.driver.current_context().device == 1
    second.pop()
    assert fake.driver.current_context().device == 0
    first.pop()
    with pytest.raises(cuda.Error, match='no context is current'):
        cuda.Stream()


def test_a_failing_call_is_one_line(fake, tmp_path, monkeypatch):
    network = _engine(tmp_path).load(load_network(write_spec(tmp_path)), GPU)
    monkeypatch.setattr(
        fake.bindings, 'cuMemcpyHtoDAsync', lambda *_: (fake.bindings.CUresult(1),)
    )
    with pytest.raises(TensorRtError, match=r'cuMemcpyHtoDAsync: invalid argument$'):
        network.run([_picture()])
    network.close()


def test_without_a_driver_it_says_so(fake, monkeypatch):
    monkeypatch.setenv('FAKE_CUDA_ERROR', 'no device')
    with pytest.raises(ConfigError, match='no CUDA driver works here: cuInit: no device'):
        drivers.load_driver(drivers.CUDA_CORE)


def _found(pycuda, cuda_core):
    return SimpleNamespace(pycuda=pycuda, cuda_core=cuda_core)


@pytest.mark.parametrize(
    ('said', 'found', 'chosen'),
    [
        ('', (WORKS, WORKS), drivers.PYCUDA),
        ('', (BROKEN, WORKS), drivers.CUDA_CORE),
        ('', (BROKEN, BROKEN), drivers.PYCUDA),
        ('cuda-core', (WORKS, WORKS), drivers.CUDA_CORE),
        ('cuda-core', (WORKS, BROKEN), drivers.CUDA_CORE),
        ('pycuda', (BROKEN, WORKS), drivers.PYCUDA),
    ],
)
def test_pycuda_goes_first_unless_the_environment_says_otherwise(monkeypatch, said, found, chosen):
    monkeypatch.setenv(drivers.VARIABLE, said)
    binding, result = drivers.choose_binding(_found(*found))
    assert (binding, result) == (chosen, found[chosen == drivers.CUDA_CORE])
    told = drivers.why_not_pycuda(_found(*found))
    assert bool(told) is (chosen == drivers.CUDA_CORE and result.ok)
    if told:
        assert told.endswith('says so' if found[0].ok else BROKEN.reason)


def test_a_package_nobody_knows_is_refused(monkeypatch):
    monkeypatch.setenv(drivers.VARIABLE, 'cupy')
    with pytest.raises(ConfigError, match="must be pycuda or cuda-core, not 'cupy'"):
        drivers.choose_binding(_found(WORKS, WORKS))
    assert 'cupy' in drivers.why_not_pycuda(_found(WORKS, WORKS))


def test_it_has_all_that_is_used_of_pycuda(fake):
    cuda = drivers.load_driver(drivers.CUDA_CORE)
    context = cuda.Device(0).retain_primary_context()
    context.push()
    objects = {
        '': cuda,
        'Context': context,
        'Device': cuda.Device(0),
        'DeviceAllocation': cuda.mem_alloc(4),
        'Event': cuda.Event(cuda.event_flags.BLOCKING_SYNC),
        'Stream': cuda.Stream(),
        'device_attribute': cuda.device_attribute,
        'event_flags': cuda.event_flags,
    }
    assert set(objects) == set(names.PYCUDA)
    for name, used in names.PYCUDA.items():
        missing = {one for one in used - {'count'} if not hasattr(objects[name], one)}
        assert not missing, name
    objects['DeviceAllocation'].free()


_REAL = """
import cuda.core as core, cuda.bindings.driver as driver
for owner, names in (
    (core, ('Device', 'EventOptions', 'ContextOptions', 'SMResourceOptions')),
    (core.Device, ('set_current', 'create_stream', 'create_event', 'name', 'compute_capability',
                   'properties', 'resources', 'create_context')),
    (core.SMResource, ('sm_count', 'min_partition_size', 'coscheduled_alignment', 'split')),
    (core.Stream, ('handle', 'sync', 'record')),
    (core.Event, ('sync',)),
    (driver, ('cuInit', 'cuGetErrorString', 'cuDeviceGetCount', 'cuMemAlloc', 'cuMemFree',
              'cuMemAllocHost', 'cuMemFreeHost', 'cuMemcpyHtoD', 'cuMemcpyHtoDAsync',
              'cuMemcpyDtoHAsync', 'cuMemcpyDtoDAsync')),
):
    for name in names:
        getattr(owner, name)
core.EventOptions(blocking_sync=True)
core.SMResourceOptions(count=[8, 4])
core.ContextOptions(resources=[])
"""


def test_the_real_packages_have_every_name():
    site = os.environ.get(SITE)
    if not site:
        pytest.skip(f'{SITE} does not name a folder with cuda-core')
    done = subprocess.run(
        [sys.executable, '-c', _REAL],
        env={**os.environ, 'PYTHONPATH': site},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, done.stderr


def test_without_the_packages_it_cannot_be_made(monkeypatch):
    monkeypatch.setitem(sys.modules, 'cuda', None)
    monkeypatch.setitem(sys.modules, 'cuda.core', None)
    with pytest.raises(ImportError):
        CudaCore()
    with pytest.raises(ConfigError, match=r'pip install cuda-core\)'):
        drivers.load_driver(drivers.CUDA_CORE)
