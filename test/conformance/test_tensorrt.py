# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The TensorRT engine on strict stand-ins: right by the documented rules of three releases."""

from __future__ import annotations

import importlib
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import fake_probes
import numpy as np
import pytest
from children import run_together
from fake_tensorrt import fake_tensorrt
from fake_tensorrt import FLAVOURS
from fake_tensorrt import what_is_left
from fake_tensorrt import write_spec

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.discovery.probe import ProbeResult
from edge_sched_ros.execution.engine_options import EngineOptions
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.tensorrt import cuda
from edge_sched_ros.execution.tensorrt import loading
from edge_sched_ros.execution.tensorrt.api import load_api
from edge_sched_ros.execution.tensorrt.execution import TensorRtError
from edge_sched_ros.execution.tensorrt.reasons import ReasonDesk
from edge_sched_ros.execution.tensorrt.settings import BuildSettings

pytest.importorskip('onnxruntime')

GPU = Unit('gpu', 'gpu')
DLA0 = Unit('dla0', 'dla')
DLA1 = Unit('dla1', 'dla')
RANDOM = np.random.default_rng(11)


@pytest.fixture(params=FLAVOURS)
def flavour(request):
    return request.param


@pytest.fixture
def fake(monkeypatch, flavour):
    with fake_tensorrt(monkeypatch, flavour) as fake:
        yield fake


def _engine(tmp_path, **settings):
    return TensorRtEngine(settings=BuildSettings(cache=tmp_path / 'engines', **settings))


def _spec(tmp_path, name='net', **layers):
    return load_network(write_spec(tmp_path, name, **layers))


def _dla_spec(tmp_path, flavour, name='net', **layers):
    """A network a DLA takes: where types come from the file, they must be half there."""
    return _spec(tmp_path, name, half=flavour == '11.0', **layers)


def _picture(spec_or_batch=1, dtype=np.float32):
    return RANDOM.normal(size=(spec_or_batch, 3, 8, 8)).astype(dtype)


def _expected(spec, inputs):
    network = OnnxRuntimeEngine().load(spec)
    return network.run(inputs)


# --- it works -----------------------------------------------------------------------------------


def test_it_is_an_engine_that_is_available(fake):
    engine = TensorRtEngine()
    assert isinstance(engine, Engine)
    assert engine.available() == (True, '')


@pytest.mark.parametrize('broken', ['cuda', 'pycuda', 'tensorrt'])
def test_nothing_is_imported_that_a_probe_did_not_survive(fake, tmp_path, monkeypatch, broken):
    reason = 'probing it ended with SIGSEGV'
    fake_probes.find(monkeypatch, **{broken: lambda: ProbeResult(False, {}, reason)})
    monkeypatch.setattr(
        importlib, 'import_module', lambda name, *_: pytest.fail(f'{name} was imported')
    )
    assert TensorRtEngine().available() == (False, reason)
    with pytest.raises(ConfigError, match=reason):
        TensorRtEngine().load(_spec(tmp_path), GPU)


def test_what_a_networks_yaml_says_goes_before_the_engines_settings(fake, flavour, tmp_path):
    # flag of the engine, flag of the YAML, whether it is refused
    for engine, yaml, refused in ((True, False, False), (False, True, True), (True, None, True)):
        spec = _dla_spec(tmp_path, flavour, matmul=True)
        options = EngineOptions(strict_dla=yaml, allow_gpu_fallback=None)
        spec = replace(spec, engine_options=options)
        built = _engine(tmp_path, strict_dla=engine, allow_gpu_fallback=True)
        if refused:
            with pytest.raises(ConfigError, match='strict'):
                built.load(spec, DLA0)
        else:
            built.load(spec, DLA0).close()


def test_the_gpu_computes_what_the_cpu_does(fake, tmp_path):
    spec = _spec(tmp_path)
    network = _engine(tmp_path).load(spec, GPU)
    for _ in range(3):
        picture = _picture()
        assert np.array_equal(network.run([picture])[0], _expected(spec, [picture])[0])
    assert network.inputs == OnnxRuntimeEngine().load(spec).inputs
    assert network.outputs == OnnxRuntimeEngine().load(spec).outputs
    network.close()


def test_both_dla_cores_run_one_engine_file(fake, flavour, tmp_path):
    spec = _dla_spec(tmp_path, flavour)
    engine = _engine(tmp_path)
    networks = [engine.load(spec, unit) for unit in (DLA0, DLA1)]
    assert fake.build.builds == 1
    assert fake.run.loadables == {0: 1, 1: 1}
    picture = _picture(dtype=networks[0].inputs[0].dtype)
    for network in networks:
        assert np.array_equal(network.run([picture])[0], _expected(spec, [picture])[0])
        network.close()


def test_batches_vary_up_to_the_most_without_new_memory(fake, tmp_path):
    spec = _spec(tmp_path, batch='N', max_batch=4)
    network = _engine(tmp_path).load(spec, GPU)
    assert network.inputs[0].shape == (None, 3, 8, 8)
    made = fake.memory.pagelocked_made, set(fake.memory.allocations)
    for batch in (1, 4, 2, 4, 1):
        picture = _picture(batch)
        assert np.array_equal(network.run([picture])[0], _expected(spec, [picture])[0])
    assert made == (fake.memory.pagelocked_made, set(fake.memory.allocations))
    with pytest.raises(TensorRtError, match=r"input 'input' cannot be \(5, 3, 8, 8\)"):
        network.run([_picture(5)])
    assert network.run([_picture(2)])[0].shape == (2, 3, 8, 8)
    network.close()


def test_results_are_the_callers_own(fake, tmp_path):
    network = _engine(tmp_path).load(_spec(tmp_path), GPU)
    first = network.run([_picture()])[0]
    kept = first.copy()
    network.run([_picture()])
    assert np.array_equal(first, kept) and type(first) is np.ndarray
    network.close()


def test_loaded_on_one_thread_run_on_another_closed_on_a_third(fake, tmp_path):
    spec = _spec(tmp_path)
    engine, picture = _engine(tmp_path), _picture()
    found = {}

    def on_a_thread(work):
        def guarded():
            try:
                found.update(work() or {})
            except BaseException as error:
                found['error'] = error

        thread = threading.Thread(target=guarded)
        run_together(thread)
        assert 'error' not in found, found['error']

    on_a_thread(lambda: {'network': engine.load(spec, GPU)})
    on_a_thread(lambda: {'output': found['network'].run([picture])[0]})
    on_a_thread(lambda: found.pop('network').close())
    assert np.array_equal(found['output'], _expected(spec, [picture])[0])


def test_networks_of_a_unit_share_its_stream_until_the_last_is_closed(fake, tmp_path):
    engine = _engine(tmp_path)
    networks = [engine.load(_spec(tmp_path, name), GPU) for name in ('a', 'b')]
    assert len(fake.driver.streams) == 1
    networks[0].close()
    networks[0].close()
    assert networks[1].run([_picture()])[0].size
    networks[1].close()
    assert what_is_left(fake) == []
    with pytest.raises(TensorRtError, match='is closed'):
        networks[1].run([_picture()])


def test_many_threads_may_use_it_one_at_a_time(fake, tmp_path):
    spec = _spec(tmp_path)
    network = _engine(tmp_path).load(spec, GPU)
    pictures = [_picture() for _ in range(8)]
    found = [None] * 8

    def work(index):
        found[index] = network.run([pictures[index]])[0]

    threads = [threading.Thread(target=work, args=(index,)) for index in range(8)]
    run_together(*threads)
    for picture, output in zip(pictures, found):
        assert np.array_equal(output, _expected(spec, [picture])[0])
    network.close()


# --- placement and precision --------------------------------------------------------------------


def test_a_layer_the_dla_cannot_run_is_named(fake, flavour, tmp_path):
    spec = _dla_spec(tmp_path, flavour, matmul=True)
    with pytest.raises(ConfigError, match=r'the DLA cannot run layer MatMul_1 \(.*\): change'):
        _engine(tmp_path).load(spec, DLA0)


def test_with_fallback_the_layers_on_the_gpu_are_counted(fake, flavour, tmp_path):
    from edge_sched_ros.execution.tensorrt import cache

    spec = _dla_spec(tmp_path, flavour, matmul=True, depth=2)
    network = _engine(tmp_path, allow_gpu_fallback=True).load(spec, DLA0)
    (description,) = (tmp_path / 'engines').glob('*.json')
    stored = cache.read_description(description)
    assert stored.placement.to_dict() == {'dla': 3, 'gpu': 2, 'reformat': 2, 'tensors': 2}
    assert fake.run.loadables[0] == 3
    network.close()
    with pytest.raises(ConfigError, match='not strictly a DLA engine: 2 layers run on the GPU'):
        strict = _engine(tmp_path, allow_gpu_fallback=True, strict_dla=True)
        strict.load(spec, DLA0)


def test_fallback_of_every_layer_is_refused_built_or_found(fake, flavour, tmp_path, monkeypatch):
    spec, engine = _dla_spec(tmp_path, flavour), _engine(tmp_path, allow_gpu_fallback=True)
    monkeypatch.setattr(fake.build.Network, 'runs_on_dla', lambda *_: False)
    for _ in range(2):
        with pytest.raises(ConfigError, match='no layer of it runs on the DLA'):
            engine.load(spec, DLA0)
    assert not list((tmp_path / 'engines').glob('*.plan'))


def test_every_stream_has_a_queue_of_its_own(fake, monkeypatch):
    monkeypatch.delenv('CUDA_DEVICE_MAX_CONNECTIONS', raising=False)
    assert TensorRtEngine().available() == (True, '')
    # whoever set it himself knows better
    monkeypatch.setenv('CUDA_DEVICE_MAX_CONNECTIONS', '4')
    assert TensorRtEngine().available() == (True, '')
    assert fake.driver.connections == ['32', '4']


def test_a_strict_engine_is_one_part(fake, flavour, tmp_path):
    spec = _dla_spec(tmp_path, flavour, depth=3)
    _engine(tmp_path, strict_dla=True).load(spec, DLA0).close()


def test_a_dla_takes_no_dynamic_shapes(fake, flavour, tmp_path):
    spec = _dla_spec(tmp_path, flavour, batch='N')
    with pytest.raises(ConfigError, match=r"input 'input' has the dynamic shape \?x3x8x8"):
        _engine(tmp_path).load(spec, DLA0)
    assert fake.build.builds == 0


@pytest.mark.parametrize(
    ('shape', 'taken'),
    [
        ((4096, 3, 8, 8), True),
        ((4097, 3, 8, 8), False),
        ((1, 8192, 8192, 1), True),
        ((1, 8193, 1, 1), False),
        ((1, 3, 8, 8193), False),
    ],
)
def test_sizes_a_dla_takes(shape, taken):
    from edge_sched_ros.execution.tensorrt.parsing import check_dla_shapes

    large, small = (SimpleNamespace(name=str(s), shape=s) for s in (shape, (1, 3, 8, 8)))
    for given, made in ((large, small), (small, large)):
        network = SimpleNamespace(num_inputs=1, num_outputs=1)
        network.get_input, network.get_output = (lambda _, t=t: t for t in (given, made))
        if taken:
            check_dla_shapes(network, 'net')
            continue
        with pytest.raises(ConfigError, match='a DLA takes batches to 4096 and other'):
            check_dla_shapes(network, 'net')


def test_a_dla_does_not_compute_in_fp32(fake, tmp_path):
    with pytest.raises(ConfigError, match='a DLA computes in fp16 or int8, not in fp32'):
        _engine(tmp_path, precision='fp32').load(_spec(tmp_path), DLA0)


def test_precisions_that_a_release_lacks_are_said(fake, flavour, tmp_path):
    lacks = {'8.6': ['strong'], '10.3': [], '11.0': ['fp16', 'int8']}[flavour]
    spec = _spec(tmp_path, ranges=True)
    for precision in ('fp32', 'fp16', 'int8', 'strong'):
        engine = _engine(tmp_path, precision=precision)
        if precision in lacks:
            with pytest.raises(ConfigError, match=r'--precision: TensorRT \d+'):
                engine.load(spec, GPU)
        else:
            engine.load(spec, GPU).close()


def test_types_of_the_file_are_kept_on_a_dla(fake, flavour, tmp_path):
    if flavour == '8.6':
        pytest.skip('this release has no strong types')
    engine = _engine(tmp_path, precision='strong')
    engine.load(_spec(tmp_path, half=True), DLA0).close()
    with pytest.raises(ConfigError, match='layer precision is not FP16 or INT8'):
        engine.load(_spec(tmp_path, 'single'), DLA0)


def test_int8_needs_ranges(monkeypatch, tmp_path):
    for flavour in ('8.6', '10.3'):
        with fake_tensorrt(monkeypatch, flavour) as fake:
            folder = tmp_path / flavour
            folder.mkdir()
            spec = _spec(folder)
            engine = _engine(folder, precision='int8')
            with pytest.raises(ConfigError, match=r'no ranges for int8: .*net\.calib'):
                engine.load(spec, DLA0)
            assert fake.build.builds == 0
            (folder / 'net.calib').write_bytes(b'TRT-8601-EntropyCalibration2')
            engine.load(spec, DLA0).close()
            before = fake.build.builds
            (folder / 'net.calib').write_bytes(b'others')
            engine.load(spec, DLA0).close()
            assert fake.build.builds == before + 1


def test_the_seventeenth_loadable_of_a_core_is_refused(fake, flavour, tmp_path):
    spec = _dla_spec(tmp_path, flavour)
    engine = _engine(tmp_path)
    networks = [engine.load(spec, DLA0) for _ in range(16)]
    with pytest.raises(ConfigError, match='dla0 holds 16 loadables and can hold 16'):
        engine.load(spec, DLA0)
    networks.append(engine.load(spec, DLA1))
    networks.pop(0).close()
    networks.append(engine.load(spec, DLA0))
    for network in networks:
        network.close()


# --- what goes wrong ----------------------------------------------------------------------------


def test_units_it_cannot_serve(fake, monkeypatch, tmp_path):
    spec, engine = _spec(tmp_path), _engine(tmp_path)
    for unit, problem in (
        (None, 'not a CPU core'),
        (Unit('cpu0'), "not 'cpu0'"),
        (Unit('dla2', 'dla'), 'TensorRT finds 2 DLA cores'),
        (Unit('gpu1', 'gpu'), 'there are 1 CUDA devices'),
    ):
        with pytest.raises(ConfigError, match=problem):
            engine.load(spec, unit)
    monkeypatch.setenv('FAKE_DLA_CORES', '0')
    with pytest.raises(ConfigError, match='dla0: TensorRT finds 0 DLA cores'):
        engine.load(spec, DLA0)


def test_a_core_that_is_not_there_does_not_run_the_engine_of_one_that_is(fake, flavour, tmp_path):
    spec, engine = _dla_spec(tmp_path, flavour), _engine(tmp_path)
    engine.load(spec, DLA1).close()
    with pytest.raises(ConfigError, match='dla2: TensorRT finds 2 DLA cores'):
        engine.load(spec, Unit('dla2', 'dla'))
    assert fake.build.builds == 1


def test_a_corrupt_network(fake, tmp_path):
    spec = _spec(tmp_path)
    for content in (b'', b'this is no network'):
        spec.file.write_bytes(content)
        with pytest.raises(ConfigError, match=r'net\.yaml: file: cannot load') as caught:
            _engine(tmp_path).load(spec, GPU)
        assert '\n' not in str(caught.value)


def test_no_driver_no_device(fake, monkeypatch):
    monkeypatch.setenv('FAKE_CUDA_ERROR', 'no CUDA-capable device is detected')
    available, reason = TensorRtEngine().available()
    assert not available and 'no CUDA driver works here: cuInit failed' in reason
    monkeypatch.delenv('FAKE_CUDA_ERROR')
    monkeypatch.setenv('FAKE_CUDA_DEVICES', '0')
    assert TensorRtEngine().available() == (False, 'there is no CUDA device')


def test_without_tensorrt_or_with_a_folder_of_its_name(fake, monkeypatch):
    import sys
    import types

    monkeypatch.setitem(sys.modules, 'tensorrt', None)
    assert 'python3-libnvinfer' in TensorRtEngine().available()[1]
    monkeypatch.setitem(sys.modules, 'tensorrt', types.ModuleType('tensorrt'))
    assert "is not TensorRT's" in TensorRtEngine().available()[1]
    monkeypatch.setitem(sys.modules, 'pycuda.driver', None)
    assert 'pip install pycuda' in TensorRtEngine().available()[1]


def test_a_run_that_fails_leaves_a_network_that_runs(fake, monkeypatch, tmp_path):
    spec = _spec(tmp_path)
    network = _engine(tmp_path).load(spec, GPU)
    monkeypatch.setenv('FAKE_FAIL', 'execute')
    with pytest.raises(TensorRtError, match='enqueueV3 failed'):
        network.run([_picture()])
    monkeypatch.setenv('FAKE_FAIL', 'late')
    with pytest.raises(TensorRtError, match='an illegal memory access'):
        network.run([_picture()])
    monkeypatch.delenv('FAKE_FAIL')
    picture = _picture()
    assert np.array_equal(network.run([picture])[0], _expected(spec, [picture])[0])
    network.close()


@pytest.mark.parametrize('call', ['memcpy_htod_async', 'memcpy_dtoh_async', 'Event.record'])
def test_what_cuda_refuses_is_an_error_of_ours(fake, monkeypatch, tmp_path, call):
    network = _engine(tmp_path).load(_spec(tmp_path), GPU)

    def refuse(*_):
        raise fake.driver.LogicError('cuMemcpy failed:\nan illegal memory access')

    owner, name = (fake.driver.Event, 'record') if '.' in call else (fake.driver, call)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, refuse)
        with pytest.raises(TensorRtError, match='CUDA fails: cuMemcpy failed: an ill') as caught:
            network.run([_picture()])
    assert caught.value.reason == 'tensorrt_error'
    network._session.primary.push()
    network._session.stream.synchronize()
    network._session.primary.pop()
    network.close()


def test_a_failure_is_explained_by_its_own_reason(fake, monkeypatch, tmp_path):
    """Another thread fails and is told so in the middle of a build."""
    spec, told = _spec(tmp_path), []

    def fail_elsewhere():
        api = SimpleNamespace(trt=fake.trt, logger=load_api().logger)
        runtime = SimpleNamespace(deserialize_cuda_engine=lambda plan: _say(api, 'no such plan'))
        with pytest.raises(ConfigError, match='no such plan') as caught:
            loading.deserialize(api, runtime, b'', 'other')
        told.append(str(caught.value))

    def build(self, network, config):
        _say(SimpleNamespace(trt=fake.trt, logger=load_api().logger), 'out of tactics')
        thread = threading.Thread(target=fail_elsewhere)
        run_together(thread)

    monkeypatch.setattr(fake.trt.Builder, 'build_serialized_network', build)
    with pytest.raises(ConfigError, match=r'cannot build .*net\.onnx for gpu0?: out of tactics'):
        _engine(tmp_path).load(spec, GPU)
    assert told == ['other: cannot load this engine: no such plan']


def _say(api, text):
    api.logger.log(api.trt.ILogger.Severity.ERROR, text)


def test_a_reason_told_by_a_thread_of_tensorrts_own_is_heard():
    desk = ReasonDesk()
    with desk.open() as reasons:
        thread = threading.Thread(target=desk.tell, args=('no tactic',))
        run_together(thread)
    assert str(reasons) == 'no tactic'
    with desk.open() as fresh:
        pass
    desk.tell('too late')
    assert str(fresh) == 'TensorRT gives no reason'


@pytest.mark.parametrize(
    'wrong',
    [
        np.zeros((1, 3, 8, 9), np.float32),
        np.zeros((3, 8, 8), np.float32),
        np.zeros((1, 3, 8, 8), np.float64),
    ],
)
def test_inputs_that_do_not_fit(fake, tmp_path, wrong):
    network = _engine(tmp_path).load(_spec(tmp_path), GPU)
    with pytest.raises(TensorRtError, match="input 'input' is"):
        network.run([wrong])
    with pytest.raises(TensorRtError, match='takes 1 inputs'):
        network.run([])
    network.close()


def test_no_memory_to_run_leaves_nothing_behind(fake, monkeypatch, tmp_path):
    monkeypatch.setenv('FAKE_FAIL', 'memory')
    with pytest.raises(ConfigError, match='no memory to run it'):
        _engine(tmp_path).load(_spec(tmp_path), GPU)


# --- mutations: the stand-ins would notice ------------------------------------------------------


def _mutant(monkeypatch, flavour, tmp_path, unit=GPU):
    """Load and run; return what killed it, and what was left."""
    with fake_tensorrt(monkeypatch, flavour, freed=False) as fake:
        try:
            spec = _dla_spec(tmp_path, flavour)
            network = _engine(tmp_path).load(spec, unit)
            picture = _picture(dtype=network.inputs[0].dtype)
            right = np.array_equal(network.run([picture])[0], _expected(spec, [picture])[0])
            network.close()
        except BaseException as error:
            return f'{type(error).__name__}: {error}'
        return '' if right and not what_is_left(fake) else f'left: {what_is_left(fake)}'


def _patch_source(monkeypatch, module, old, new):
    """Run a module's classes with one line of their source changed."""
    source = Path(module.__file__).read_text()
    assert source.count(old) == 1, f'{old!r} is there {source.count(old)} times'
    names = dict(vars(module))
    exec(compile(source.replace(old, new), module.__file__, 'exec'), names)
    for name, value in names.items():
        if getattr(value, '__module__', '') == module.__name__:
            monkeypatch.setattr(module, name, value)
    return names


def test_without_mutation_nothing_is_noticed(monkeypatch, flavour, tmp_path):
    assert _mutant(monkeypatch, flavour, tmp_path) == ''
    assert _mutant(monkeypatch, flavour, tmp_path, DLA0) == ''


EXECUTION = {
    'the stream is not waited for': ('self._done.synchronize()', 'pass'),
    'the event is not recorded': ('self._done.record(stream)', 'pass'),
    'the context is not pushed to run': (
        'with self._session.active():\n                    return self._run(inputs, hold)',
        'return self._run(inputs, hold)',
    ),
    'pageable host memory': (
        'np.copyto(view, array)',
        'view = np.ascontiguousarray(array)',
    ),
    'the default stream': (
        'self._context.execute_async_v3(stream.handle)',
        'self._context.execute_async_v3(0)',
    ),
    'the engine goes before its context': (
        'self._context = None\n                self._engine = None',
        'self._engine = None\n                self._context = None',
    ),
    'the runtime goes before its engine': (
        'self._engine = None\n                self._runtime = None',
        'self._runtime = None\n                self._engine = None',
    ),
    'buffers stay': ('buffer.free()', 'pass'),
    'buffers go first': (
        'self._context = None\n                self._engine = None',
        '[b.free() for b in self._buffers.values()]; self._buffers.clear()\n'
        '                self._context = None\n                self._engine = None',
    ),
    'an address is not set': (
        'if not self._context.set_tensor_address(info.name, int(buffer.allocation)):',
        'if False:',
    ),
    'freed without the context': (
        'with self._session.active():\n                self._context = None',
        'if True:\n                self._context = None',
    ),
    'the unit is never given back': (
        'self._sessions.close(self._session, loadables=self._loadables)',
        'pass',
    ),
}


@pytest.mark.parametrize('name', EXECUTION)
def test_a_mutation_of_running_is_noticed(monkeypatch, flavour, tmp_path, name):
    from edge_sched_ros.execution.engines import tensorrt as engine
    from edge_sched_ros.execution.tensorrt import execution

    before, after = EXECUTION[name]
    names = _patch_source(monkeypatch, execution, before, before)
    monkeypatch.setattr(engine, 'TensorRtNetwork', names['TensorRtNetwork'])
    assert _mutant(monkeypatch, flavour, tmp_path) == ''
    names = _patch_source(monkeypatch, execution, before, after)
    monkeypatch.setattr(engine, 'TensorRtNetwork', names['TensorRtNetwork'])
    assert _mutant(monkeypatch, flavour, tmp_path) != ''


def test_a_core_that_is_not_chosen_is_noticed(monkeypatch, flavour, tmp_path):
    from edge_sched_ros.execution.tensorrt import loading

    _patch_source(monkeypatch, loading, 'runtime.DLA_core = target.index', 'pass')
    assert 'the engine needs a DLA core' in _mutant(monkeypatch, flavour, tmp_path, DLA0)


def test_a_context_that_is_not_pushed_is_noticed(monkeypatch, flavour, tmp_path):
    monkeypatch.setattr(
        cuda.UnitSession, 'active', lambda self: __import__('contextlib').nullcontext()
    )
    assert _mutant(monkeypatch, flavour, tmp_path) != ''


def test_a_unit_that_is_chosen_before_the_precision_is_noticed(monkeypatch, tmp_path):
    from edge_sched_ros.execution.tensorrt import making

    builder = importlib.import_module('edge_sched_ros.execution.tensorrt.builder')
    step = '        _set_unit(api, config, network, request)\n'
    first = '        precision.apply('
    source = Path(builder.__file__).read_text()
    assert source.count(step) == source.count(first) == 1
    assert source.index(first) < source.index(step)
    names = dict(vars(builder))
    mutated = source.replace(step, '').replace(first, step + first)
    exec(compile(mutated, builder.__file__, 'exec'), names)
    monkeypatch.setattr(making, 'build_plan', names['build_plan'])
    monkeypatch.setattr(making, 'BuildRequest', names['BuildRequest'])
    with fake_tensorrt(monkeypatch, '10.3'):
        with pytest.raises(ConfigError, match='the DLA cannot run layer Conv_0'):
            _engine(tmp_path).load(_dla_spec(tmp_path, '10.3'), DLA0)


def test_dynamic_shapes_on_a_dla_are_noticed(monkeypatch, flavour, tmp_path):
    from edge_sched_ros.execution.tensorrt import parsing

    monkeypatch.setattr(parsing, 'check_dla_shapes', lambda network, where: None)
    with fake_tensorrt(monkeypatch, flavour):
        spec = _dla_spec(tmp_path, flavour, batch='N')
        with pytest.raises(ConfigError, match='DLA does not support dynamic shapes'):
            _engine(tmp_path).load(spec, DLA0)


def test_loadables_that_are_not_counted_are_noticed(monkeypatch, flavour, tmp_path):
    monkeypatch.setattr(cuda, 'MAX_LOADABLES', 99)
    with fake_tensorrt(monkeypatch, flavour):
        spec, engine = _dla_spec(tmp_path, flavour), _engine(tmp_path)
        networks = [engine.load(spec, DLA0) for _ in range(16)]
        with pytest.raises(ConfigError, match='out of resources'):
            engine.load(spec, DLA0)
        for network in networks:
            network.close()


def test_the_driver_is_asked_before_tensorrt(monkeypatch, flavour, tmp_path):
    """TensorRT without a driver kills the process: the stand-in, too."""
    with fake_tensorrt(monkeypatch, flavour) as fake:
        with pytest.raises(fake.faults.SegfaultError):
            from edge_sched_ros.execution.tensorrt.api import load_api

            fake.trt.Runtime(load_api().logger)
        monkeypatch.setenv('FAKE_CUDA_DEVICES', '0')
        with pytest.raises(ConfigError, match='there is no CUDA device'):
            _engine(tmp_path).load(_spec(tmp_path), GPU)


# --- tensors that stay on the device ------------------------------------------------------------


def test_what_is_held_is_taken_by_the_next_without_the_host(fake, monkeypatch, tmp_path):
    spec = _spec(tmp_path)
    network = _engine(tmp_path).load(spec, GPU)
    picture = _picture()
    name = network.outputs[0].name
    (wanted,) = network.run([picture])
    copies = []
    real = fake.driver.memcpy_dtoh_async
    monkeypatch.setattr(
        fake.driver, 'memcpy_dtoh_async', lambda *a: (copies.append(len(a)), real(*a))[1]
    )
    (held,) = network.run_linked([picture], {name})
    (other,) = network.run_linked([picture + 1], {name})
    assert copies == []
    assert (held.shape, held.dtype) == (wanted.shape, wanted.dtype)
    # later runs, which are of other frames, leave it as it is
    assert np.array_equal(held.numpy(), wanted)
    assert not np.array_equal(other.numpy(), wanted)
    network.close()


def test_memory_that_was_held_is_used_again(fake, tmp_path):
    network = _engine(tmp_path).load(_spec(tmp_path), GPU)
    name = network.outputs[0].name
    addresses = set()
    for _ in range(5):
        (held,) = network.run_linked([_picture()], {name})
        addresses.add(int(held.allocation))
        del held
    assert len(addresses) == 1
    network.close()


def test_a_tensor_may_outlive_its_networks(fake, tmp_path):
    network = _engine(tmp_path).load(_spec(tmp_path), GPU)
    (held,) = network.run_linked([_picture()], {network.outputs[0].name})
    network.close()
    with pytest.raises(RuntimeError, match='are closed'):
        held.numpy()
    # freed with the last that refers to it: the stand-in counts what is left
    del held
