# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks on GPU, DLA and VIC together with CPU cores, end to end on stand-ins of the libraries."""

from __future__ import annotations

import gc
import logging
import threading
from contextlib import contextmanager

import fake_probes
import fake_vpi
import numpy as np
import pytest
from fake_tensorrt import fake_tensorrt
from jetson import machine
from jetson import Run
from jetson import stand_ins
from jetson import units_by_stage
from jetson import write

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.units import HUNG
from edge_sched_ros.core.units import UNAVAILABLE
from edge_sched_ros.execution.discovery.probe import ProbeResult
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.gpu_parts import here
from edge_sched_ros.execution.tensorrt.execution import TensorRtError
from edge_sched_ros.execution.tensorrt.execution import TensorRtNetwork
from edge_sched_ros.execution.vpi.session import Session
from edge_sched_ros.execution.vpi.unit_ops import VpiOps
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.pipeline.tasks import unit_choice
from edge_sched_ros.pipeline.tasks.stage_units import StageUnits

pytest.importorskip('onnxruntime')

ALL = ('cpu0', 'gpu0', 'dla0', 'vic0')
FRAMES = range(1, 21)
#: kinds of units that may run a stage
RIGHT = {
    'preprocess': {'cpu0', 'gpu0', 'vic0'},
    'infer': {'cpu0', 'gpu0', 'dla0'},
    'postprocess': {'cpu0'},
}
#: mean difference of the network's outputs, whose range is 0..1
TOLERANCE = 0.01


@pytest.fixture
def fake(monkeypatch):
    with stand_ins(monkeypatch) as fake:
        yield fake


def _config(tmp_path, *, detector=None, depth=None, **more):
    depth = {'decoder': 'depth_metric', 'decoder_options': {'min_m': 0.0}, **(depth or {})}
    return from_parameters(
        {
            'tasks': ['detector', 'depth'],
            'detector.network': str(write(tmp_path, 'boxes', **(detector or {}))),
            'depth.network': str(write(tmp_path, 'metres', **depth)),
            **{f'{task}.topic': 'camera' for task in ('detector', 'depth')},
            **{f'{task}.deadline_ms': 600_000 for task in ('detector', 'depth')},
            **{name.replace('__', '.'): value for name, value in more.items()},
        }
    )


def _machine(tmp_path, *names, **more):
    return machine(tmp_path / 'engines', *names, **more)


def _results(ends):
    assert {end.outcome for end in ends} == {'on_time'}, [(e.task, e.reason) for e in ends]
    return {(end.task, end.frame.seq): end.result for end in ends}


def _compare(ours, wanted):
    assert ours.keys() == wanted.keys()
    for (task, _), result in ours.items():
        other = wanted[task, _]
        if task == 'depth':
            assert result.depth_m.shape == other.depth_m.shape
            assert np.abs(result.depth_m - other.depth_m).mean() < TOLERANCE
        else:
            assert len(result) == len(other) > 0
            assert np.allclose(result.boxes_xyxy, other.boxes_xyxy)
            assert np.abs(result.scores - other.scores).max() < 3 * TOLERANCE


def test_every_unit_takes_part_and_the_answers_are_those_of_the_cpu(fake, tmp_path):
    config = _config(tmp_path, detector={'decoder_options': {'score_threshold': 0.0}})
    with Run(config, _machine(tmp_path, 'cpu0')) as run:
        wanted = _results(run.send(*FRAMES))
        assert set(units_by_stage(run.ends)) == set(RIGHT)
    with Run(config, _machine(tmp_path, *ALL)) as run:
        ours = _results(run.send(*FRAMES))
        assert units_by_stage(run.ends) == RIGHT
        assert not run.pipeline.status().missing
    _compare(ours, wanted)
    # both tasks have the same network: what is built for one is found by the other
    assert fake.build.builds == 2


def test_all_cores_share_one_load_and_every_accelerator_has_its_own(fake, tmp_path, monkeypatch):
    loads = []
    real = OnnxRuntimeEngine.load
    monkeypatch.setattr(
        OnnxRuntimeEngine,
        'load',
        lambda self, spec, unit=None: (loads.append(unit), real(self, spec, unit))[1],
    )
    names = ('cpu0', 'cpu1', 'gpu0', 'dla0', 'dla1')
    with Run(_config(tmp_path), _machine(tmp_path, *names)) as run:
        assert len(loads) == run.tasks
        networks = run.pipeline._loaded().programs['depth'].variants.first.parts['infer'].networks
        assert set(networks) == set(names)
        assert networks['cpu0'] is networks['cpu1']
        assert len({id(network) for network in networks.values()}) == 4


def test_a_network_is_run_by_the_unit_it_was_loaded_for(fake, tmp_path, monkeypatch):
    ran = []
    real = TensorRtNetwork.run

    def run(self, inputs):
        ran.append((self._session.target.name, threading.current_thread().name))
        return real(self, inputs)

    monkeypatch.setattr(TensorRtNetwork, 'run', run)
    with Run(_config(tmp_path), _machine(tmp_path, *ALL)) as desk:
        # each was tried once, by who loaded it
        assert sorted(name for name, _ in ran) == ['dla0', 'dla0', 'gpu0', 'gpu0']
        ran.clear()
        _results(desk.send(*FRAMES))
    assert set(ran) == {('dla0', 'unit-dla0'), ('gpu0', 'unit-gpu0')}


def test_all_that_units_hold_is_freed(fake, tmp_path, monkeypatch):
    open_sessions = set()
    begin, end = Session.__init__, Session.close
    monkeypatch.setattr(
        Session, '__init__', lambda self, *a: (begin(self, *a), open_sessions.add(self))[0]
    )
    monkeypatch.setattr(Session, 'close', lambda self: (end(self), open_sessions.remove(self))[0])
    with Run(_config(tmp_path), _machine(tmp_path, *ALL)) as run:
        # what tried the units is gone; what they hold their own threads will make
        assert not open_sessions
        _results(run.send(*FRAMES))
        assert len(open_sessions) == 2
    assert not open_sessions


def test_what_a_unit_holds_is_used_by_its_own_thread_alone(fake, tmp_path, monkeypatch):
    threads = {}
    real = VpiOps.rescale

    def rescale(self, picture, size, **more):
        threads.setdefault(self, set()).add(threading.current_thread().name)
        return real(self, picture, size, **more)

    monkeypatch.setattr(VpiOps, 'rescale', rescale)
    config = _config(tmp_path, detector__units=['vic', 'cpu'], depth__units=['gpu'])
    with Run(config, _machine(tmp_path, *ALL)) as run:
        rehearsed = list(threads)
        assert len(rehearsed) == 2
        _results(run.send(*FRAMES))
    used = [names for ops, names in threads.items() if ops not in rehearsed]
    assert sorted(used, key=str) == [{'unit-gpu0'}, {'unit-vic0'}]


@pytest.mark.parametrize(
    ('named', 'stages'),
    [
        (['dla0'], {**RIGHT, 'infer': {'dla0'}}),
        (['gpu'], {**RIGHT, 'preprocess': {'gpu0'}, 'infer': {'gpu0'}}),
        (['vic0', 'dla'], {**RIGHT, 'preprocess': {'vic0'}, 'infer': {'dla0'}}),
        (['cpu0'], {stage: {'cpu0'} for stage in RIGHT}),
    ],
)
def test_a_task_is_kept_to_the_units_it_names_where_they_can(fake, tmp_path, named, stages):
    config = _config(tmp_path, detector__units=named, depth__units=named)
    with Run(config, _machine(tmp_path, *ALL)) as run:
        _results(run.send(*FRAMES))
        found = units_by_stage(run.ends)
        assert not run.pipeline.status().missing
    assert all(found[stage] <= stages[stage] for stage in stages)
    assert found['infer'] == stages['infer']


@pytest.mark.parametrize(
    ('more', 'infer', 'preprocess'),
    [
        ({'engine': 'onnxruntime', 'preprocessor': 'vpi'}, {'cpu0'}, {'gpu0', 'vic0'}),
        ({'engine': 'tensorrt', 'preprocessor': 'opencv'}, {'gpu0', 'dla0'}, {'cpu0'}),
    ],
)
def test_a_backend_that_is_named_restricts_to_its_units(fake, tmp_path, more, infer, preprocess):
    with Run(_config(tmp_path, **more), _machine(tmp_path, *ALL)) as run:
        _results(run.send(*FRAMES))
        found = units_by_stage(run.ends)
    assert (found['infer'], found['preprocess']) == (infer, preprocess)


def test_stages_that_only_the_same_cores_can_run_are_one(fake, tmp_path):
    config = _config(tmp_path, engine='onnxruntime', depth__units=['vic', 'cpu'])
    with Run(config, _machine(tmp_path, *ALL)) as run:
        specs = {task.name: task.variants[0].stages for task in run.pipeline._loaded().tasks}
    assert [stage.name for stage in specs['depth']] == ['preprocess', 'infer+postprocess']
    with Run(config, _machine(tmp_path, 'cpu0', 'cpu1')) as run:
        specs = [task.variants[0].stages for task in run.pipeline._loaded().tasks]
    assert [s.name for stages in specs for s in stages] == ['preprocess+infer+postprocess'] * 2


def test_the_same_configuration_runs_on_a_laptop_with_warnings(fake, tmp_path, caplog):
    config = _config(tmp_path, detector__units=['dla0', 'vic'], depth__units=['gpu0'])
    absent = {'dla0': 'no DLA here', 'vic0': 'no VPI', 'gpu0': 'no CUDA driver'}
    run = Run(config, _machine(tmp_path, 'cpu0', absent=absent))
    with caplog.at_level(logging.WARNING), run:
        _results(run.send(*FRAMES))
        assert {u for units in units_by_stage(run.ends).values() for u in units} == {'cpu0'}
        assert set(run.pipeline.status().missing) == {'dla0', 'vic', 'gpu0'}
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 3 and all('its work goes to cpu0' in text for text in told)


@pytest.mark.parametrize('state', [HUNG, UNAVAILABLE])
def test_the_work_of_a_unit_that_is_lost_goes_on_elsewhere(fake, tmp_path, state):
    config = _config(tmp_path, detector__units=['dla0', 'gpu0'])
    with Run(config, _machine(tmp_path, *ALL)) as run:
        _results(run.send(*FRAMES))
        assert 'dla0' in units_by_stage(run.ends)['infer']
        run.pipeline._running().post(UnitChanged('dla0', state, reason='lost'))
        ends = run.send(*range(21, 31))
        _results(ends)
    assert 'dla0' not in units_by_stage(ends)['infer']
    assert units_by_stage(e for e in ends if e.task == 'detector')['infer'] == {'gpu0'}


# --- networks that a unit refuses ---------------------------------------------------------------


def test_a_unit_that_refuses_a_network_is_left_out_of_its_task(fake, tmp_path, caplog):
    config = _config(tmp_path, detector={'matmul': True})
    run = Run(config, _machine(tmp_path, *ALL))
    with caplog.at_level(logging.WARNING), run:
        status = run.pipeline.status()
        _results(run.send(*FRAMES))
        infer = {
            task: units_by_stage(e for e in run.ends if e.task == task)['infer']
            for task in ('detector', 'depth')
        }
    assert infer == {'detector': {'cpu0', 'gpu0'}, 'depth': {'cpu0', 'gpu0', 'dla0'}}
    assert list(status.missing) == ['dla0 (detector)']
    assert 'the DLA cannot run layer MatMul_1' in status.missing['dla0 (detector)']
    lines = examine(status, rates_between(status, status), Limits(10**9, 10**9))
    warned = [line.name for line in lines if line.level == WARN]
    assert warned == ['unit dla0 (detector)']
    records = [record for record in caplog.records if 'pipeline' in record.name]
    (told,) = [record.getMessage() for record in records]
    assert told.startswith("detector.units: 'dla0' cannot be used: ") and '\n' not in told
    assert told.endswith('its work goes to cpu0, gpu0')


def test_the_networks_options_decide_about_fallback(fake, tmp_path):
    lenient = {'matmul': True, 'engine_options': {'allow_gpu_fallback': True}}
    with Run(_config(tmp_path, detector=lenient), _machine(tmp_path, *ALL)) as run:
        assert not run.pipeline.status().missing


@pytest.mark.parametrize(
    ('more', 'message'),
    [
        (
            {'detector__units': ['dla0', 'cpu0'], 'require_units': True},
            r"^detector\.units: 'dla0' cannot be used: .*MatMul_1.*require_units is true",
        ),
        ({'detector__units': ['dla0']}, 'boxes.yaml: .*the DLA cannot run layer MatMul_1'),
    ],
)
def test_a_refusal_that_leaves_nothing_or_is_not_allowed(fake, tmp_path, more, message):
    config = _config(tmp_path, detector={'matmul': True}, **more)
    with pytest.raises(ConfigError, match=message) as caught:
        Run(config, _machine(tmp_path, *ALL)).pipeline.load()
    assert '\n' not in str(caught.value)


def test_a_refusal_by_a_unit_that_nobody_named_is_no_reason_to_stop(fake, tmp_path):
    config = _config(tmp_path, detector={'matmul': True}, require_units=True)
    with Run(config, _machine(tmp_path, *ALL)) as run:
        assert list(run.pipeline.status().missing) == ['dla0 (detector)']


def test_a_network_that_fails_in_rehearsal_on_a_unit_is_left_out_there(
    fake, tmp_path, monkeypatch
):
    real = TensorRtNetwork.run

    def run(self, inputs):
        if self._session.target.name == 'dla0':
            raise TensorRtError('DLA_ERROR: no luck')
        return real(self, inputs)

    monkeypatch.setattr(TensorRtNetwork, 'run', run)
    with Run(_config(tmp_path), _machine(tmp_path, *ALL)) as desk:
        missing = desk.pipeline.status().missing
        _results(desk.send(*FRAMES))
        assert units_by_stage(desk.ends)['infer'] == {'cpu0', 'gpu0'}
    assert list(missing) == ['dla0 (detector)', 'dla0 (depth)']
    assert 'a trial run on dla0 failed: TensorRtError: DLA_ERROR' in missing['dla0 (depth)']


def test_a_unit_that_fails_in_rehearsal_is_left_out(fake, tmp_path, monkeypatch):
    def rescale(self, picture, size, **more):
        raise RuntimeError('VPI_ERROR_INTERNAL: no luck')

    monkeypatch.setattr(VpiOps, 'rescale', rescale)
    with Run(_config(tmp_path), _machine(tmp_path, *ALL)) as run:
        assert set(run.pipeline.status().missing) == {
            f'{unit} ({task})' for unit in ('gpu0', 'vic0') for task in ('detector', 'depth')
        }
        _results(run.send(*FRAMES))
        assert units_by_stage(run.ends) == {**RIGHT, 'preprocess': {'cpu0'}}


def test_a_file_that_no_unit_can_load_says_why_of_each(fake, tmp_path):
    config = _config(tmp_path)
    (tmp_path / 'boxes.onnx').write_bytes(b'no network')
    message = r'detector\.units: no unit can run boxes: cpu0: .*gpu0: '
    with pytest.raises(ConfigError, match=message):
        Run(config, _machine(tmp_path, *ALL)).pipeline.load()
    with pytest.raises(ConfigError, match=r'^\S*boxes\.yaml: file: cannot load'):
        Run(config, _machine(tmp_path, 'cpu0', 'cpu1')).pipeline.load()


def test_no_preprocessor_runs_on_a_part_of_a_gpu(fake, tmp_path, monkeypatch):
    config = _config(tmp_path, gpu_parts=['gpu0.a=0.5'])
    monkeypatch.setattr(here, 'why_not', lambda _part, _found: '')
    divided = unit_choice.machine_for(config, _machine(tmp_path, 'cpu0', 'gpu0'))
    assert [local.unit.name for local in divided.units] == ['cpu0', 'gpu0.a']
    assert set(StageUnits(config, divided).able('letterbox')) == {'cpu0'}
    whole = _machine(tmp_path, 'cpu0', 'gpu0')
    assert set(StageUnits(config, whole).able('letterbox')) == {'cpu0', 'gpu0'}


@contextmanager
def _green(monkeypatch):
    """Let the stand-ins be of a machine that has green contexts."""
    fake_vpi.install(monkeypatch)
    with fake_tensorrt(monkeypatch, '10.3', binding='cuda_core'):
        fake_probes.find(monkeypatch, cuda=lambda: ProbeResult(True, {'version': '13.1'}))
        yield
        gc.collect()


def test_parts_of_a_gpu_are_units_whose_answers_are_those_of_the_cpu(monkeypatch, tmp_path):
    with _green(monkeypatch):
        parts = {'gpu_parts': ['gpu0.a=0.75', 'gpu0.b=0.25']}
        only = {'detector__units': ['gpu0.a'], 'depth__units': ['gpu0.b']}
        with Run(_config(tmp_path), _machine(tmp_path, 'cpu0')) as run:
            wanted = _results(run.send(*FRAMES))
        config = _config(tmp_path, **parts, **only)
        with Run(config, _machine(tmp_path, 'cpu0', 'gpu0')) as run:
            ours = _results(run.send(*FRAMES))
            assert units_by_stage(run.ends)['infer'] == {'gpu0.a', 'gpu0.b'}
            assert units_by_stage(run.ends)['preprocess'] == {'cpu0'}
            assert not run.pipeline.status().missing
        _compare(ours, wanted)
        del run


def test_a_share_too_small_leaves_its_work_to_the_cpu(monkeypatch, tmp_path):
    with _green(monkeypatch):
        units = ['gpu0.a', 'cpu']
        config = _config(tmp_path, gpu_parts=['gpu0.a=0.1'], detector__units=units)
        with Run(config, _machine(tmp_path, 'cpu0', 'gpu0')) as run:
            ends = run.send(1)
            assert units_by_stage(ends)['infer'] == {'cpu0'}
            missing = run.pipeline.status().missing
            assert 'the smallest part has 4' in missing['gpu0.a (detector)']
