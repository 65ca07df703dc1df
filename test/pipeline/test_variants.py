# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks with lighter variants, from their YAML to answers and diagnostics."""

from __future__ import annotations

import logging
import threading

import numpy as np
import onnx
import pytest
from children import TIMEOUT_S
from images import frame
from jetson import machine
from jetson import Run
from jetson import stand_ins
from jetson import write
from networks import write_embedding
from networks import write_network
from networks import write_onnx
from onnx import helper
from onnx import TensorProto

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.health.health import ERROR
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.status import summary
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters

pytest.importorskip('onnxruntime')


class Ends:
    """Collects ended jobs."""

    def __init__(self):
        self.all = []
        self._changed = threading.Condition()

    def __call__(self, end):
        with self._changed:
            self.all.append(end)
            self._changed.notify_all()

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.all) >= count, TIMEOUT_S), self.all


def _accuracy(value):
    return {'metric': 'mAP50', 'value': value, 'source': 'a test'}


def _boxes(folder, name, score, *, size=32):
    raw = np.zeros((1, 4, 7), np.float32)
    raw[0, 0] = [16, 16, 10, 10, 1, 0.1, score]
    write_onnx(folder / f'{name}.onnx', outputs={'out': raw}, input_shape=[1, 3, size, size])


def _detector(folder, **more):
    """Write a detector whose variants tell themselves apart by their scores."""
    _boxes(folder, 'boxes', 0.9)
    if not (folder / 'small.onnx').exists():
        _boxes(folder, 'small', 0.6)
    small = {'name': 'small', 'file': 'small.onnx', 'accuracy': _accuracy(0.6), **more}
    return write_network(
        folder,
        'boxes',
        engine='auto',
        decoder_options={},
        accuracy=_accuracy(0.8),
        variants=[small],
    )


def test_a_network_that_gives_nan_fails_its_jobs_and_is_named(tmp_path):
    raw = np.full((1, 4, 7), np.nan, np.float32)
    raw[0, 0] = [16, 16, 10, 10, 1, 0.1, 0.9]
    write_onnx(tmp_path / 'boxes.onnx', outputs={'out': raw}, input_shape=[1, 3, 32, 32])
    network = write_network(tmp_path, 'boxes', engine='auto', decoder_options={})
    done = threading.Event()
    pipeline = Pipeline(_config(network), on_end=lambda _: done.set())
    pipeline.load()
    try:
        pipeline.start()
        before = pipeline.status()
        pipeline.submit(frame(seq=1))
        assert done.wait(TIMEOUT_S)
        now = pipeline.status()
        assert now.tasks[0].failed == {'invalid_output': 1} and now.tasks[0].on_time == 0
        lines = [
            examine(one, rates_between(then, one), Limits(10**18, 10**18))[0]
            for then, one in ((before, now), (now, pipeline.status()))
        ]
        pipeline.stop()
    finally:
        pipeline.unload()
    assert [line.level for line in lines] == [ERROR, OK]
    assert "the scores in the output 'out' are NaN" in lines[0].message


def _config(network, **more):
    return from_parameters(
        {
            'tasks': ['detector'],
            'detector.network': str(network),
            'detector.topic': 'camera',
            'detector.deadline_ms': 600_000,
            **{name.replace('__', '.'): value for name, value in more.items()},
        }
    )


@pytest.fixture
def started():
    """Return a function that loads and starts a pipeline, and how it ended afterwards."""
    made = []

    def start(config, **more):
        ends = Ends()
        pipeline = Pipeline(config, on_end=ends, **more)
        pipeline.load()
        pipeline.start()
        made.append(pipeline)
        return pipeline, ends

    yield start
    for pipeline in made:
        pipeline.stop()
        summary(pipeline.status())
        pipeline.unload()


def _score(pipeline, ends):
    count = len(ends.all) + 1
    pipeline.submit(frame(seq=count))
    ends.wait_for(count)
    (score,) = ends.all[-1].result.scores
    return ends.all[-1].variant, round(float(score), 2)


def test_a_task_knows_its_variants_and_how_right_they_are(tmp_path, started):
    pipeline, _ = started(_config(_detector(tmp_path)))
    base, small = pipeline._loaded().tasks[0].variants
    assert (base.name, base.accuracy) == ('base', 1.0)
    assert (small.name, small.accuracy) == ('small', pytest.approx(0.75))
    assert base.stages == small.stages


def test_each_job_is_answered_by_the_variant_it_runs(tmp_path, started):
    pipeline, ends = started(_config(_detector(tmp_path), detector__variant='small'))
    assert _score(pipeline, ends) == ('small', 0.6)
    pipeline.change_task('detector', {'variant': 'base'})
    assert _score(pipeline, ends) == ('base', 0.9)
    pipeline.change_task('detector', {'variant': 'small', 'score_threshold': 0.7})
    pipeline.submit(frame(seq=3))
    ends.wait_for(3)
    assert len(ends.all[-1].result) == 0
    pipeline.change_task('detector', {'variant': '', 'score_threshold': None})
    assert _score(pipeline, ends) == ('base', 0.9)
    assert pipeline.status().tasks[0].variants == {'base': 2, 'small': 2}


def test_variants_within_the_tolerance_are_measured_in_turn_unless_refused(tmp_path, started):
    network = _detector(tmp_path)
    network.write_text(network.read_text() + '\ntolerance: 0.3\n')
    pipeline, ends = started(_config(network))
    assert [_score(pipeline, ends)[0] for _ in range(4)] == ['base', 'small'] * 2
    status = pipeline.status()
    (line, *_) = examine(status, rates_between(status, status), Limits(1 << 60, 1 << 60))
    assert line.values['variant'] == 'measures base, small'
    for refused in (
        _config(network, fast_variants=False),
        _config(network, detector__variant='base'),
    ):
        pipeline, ends = started(refused)
        assert [_score(pipeline, ends)[0] for _ in range(4)] == ['base'] * 4
        assert not pipeline.status().tasks[0].variant_choice


def test_options_of_a_variant_go_before_the_networks_and_after_the_tasks(tmp_path, started):
    strict = _detector(tmp_path, decoder_options={'score_threshold': 0.7})
    pipeline, ends = started(_config(strict, detector__variant='small'))
    pipeline.submit(frame())
    ends.wait_for(1)
    assert len(ends.all[0].result) == 0
    pipeline.change_task('detector', {'score_threshold': 0.5})
    assert _score(pipeline, ends) == ('small', 0.6)


def test_an_unknown_variant_is_refused_naming_those_there_are(tmp_path, started):
    message = r"detector\.variant: unknown variant 'smal' \(known: base, small\)"
    with pytest.raises(ConfigError, match=message):
        started(_config(_detector(tmp_path), detector__variant='smal'))
    pipeline, _ = started(_config(_detector(tmp_path), detector__variant='small'))
    with pytest.raises(ConfigError, match=message):
        pipeline.check_variant('detector', 'smal')
    for name in ('base', 'small', ''):
        pipeline.check_variant('detector', name)


def test_one_that_cannot_be_loaded_is_left_out_and_told(tmp_path, started, caplog):
    (tmp_path / 'small.onnx').write_bytes(b'no network')
    network = _detector(tmp_path)
    with caplog.at_level(logging.WARNING):
        pipeline, ends = started(_config(network))
    assert _score(pipeline, ends) == ('base', 0.9)
    status = pipeline.status()
    assert list(status.left_out) == ['detector.small']
    assert list(status.tasks[0].variants) == ['base']
    assert 'the variant small cannot be used' in caplog.text
    health = examine(status, rates_between(status, status), Limits(1 << 60, 1 << 60))
    (line,) = (one for one in health if one.name == 'variant detector.small')
    assert line.level == WARN and 'variants.small.file: cannot load' in line.message
    with pytest.raises(ConfigError, match=r"detector\.variant: 'small' cannot be used: .*small"):
        started(_config(network, detector__variant='small'))


def test_one_that_fails_its_trial_run_is_left_out(tmp_path, started):
    shape = helper.make_tensor('shape', TensorProto.INT64, [3], [1, 4, 7])
    graph = helper.make_graph(
        [helper.make_node('Reshape', ['input', 'shape'], ['out'])],
        'misfit',
        [helper.make_tensor_value_info('input', TensorProto.FLOAT, ['N', 3, 32, 32])],
        [helper.make_tensor_value_info('out', TensorProto.FLOAT, [1, 4, 7])],
        [shape],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 8
    onnx.save(model, str(tmp_path / 'small.onnx'))
    pipeline, ends = started(_config(_detector(tmp_path)))
    assert _score(pipeline, ends) == ('base', 0.9)
    (reason,) = pipeline.status().left_out.values()
    assert 'variants.small.file: a trial run on cpu0 failed' in reason


def test_one_of_another_size_is_a_mistake(tmp_path, started):
    _boxes(tmp_path, 'small', 0.6, size=16)
    with pytest.raises(ConfigError, match=r'variants\.small\.input: small\.onnx takes \[1, 3, 16'):
        started(_config(_detector(tmp_path)))


def test_embeddings_that_cannot_be_compared_are_a_mistake(tmp_path, started):
    vector = np.ones((1, 4), np.float32)
    file = tmp_path / 'small.onnx'
    write_onnx(file, outputs={'out': vector}, input_shape=['N', 3, 16, 16])
    looks = write_embedding(
        tmp_path,
        accuracy=_accuracy(0.8),
        variants=[{'name': 'small', 'file': 'small.onnx', 'accuracy': _accuracy(0.6)}],
    )
    _boxes(tmp_path, 'eyes', 0.9)
    eyes = write_network(tmp_path, 'eyes', engine='auto', decoder_options={})
    config = _config(
        eyes, tasks=['detector', 'who'], who__network=str(looks), who__after='detector'
    )
    with pytest.raises(ConfigError, match=r'variants\.small\.file: small\.onnx gives vectors'):
        started(config)


def test_only_variants_that_are_listed_are_loaded(tmp_path, started, monkeypatch):
    loads = []
    real = OnnxRuntimeEngine.load
    monkeypatch.setattr(
        OnnxRuntimeEngine,
        'load',
        lambda self, spec, unit=None: (loads.append(spec.variant), real(self, spec, unit))[1],
    )
    network = _detector(tmp_path)
    started(_config(network))
    assert loads == ['base', 'small']
    _boxes(tmp_path, 'boxes', 0.9)
    started(_config(write_network(tmp_path, 'boxes', engine='auto', decoder_options={})))
    assert loads == ['base', 'small', 'base']


def test_a_variant_made_for_some_kinds_of_units_runs_there_alone(monkeypatch, tmp_path):
    with stand_ins(monkeypatch):
        network = write(tmp_path, 'metres', decoder='depth_metric', decoder_options={'min_m': 0.0})
        text = network.read_text()
        network.write_text(
            f'{text}\naccuracy: {_accuracy(0.8)}\nvariants:\n'
            f'- {{name: light, file: metres.onnx, kinds: [cpu], accuracy: {_accuracy(0.6)}}}\n'
        )
        config = _config(network)
        with Run(config, machine(tmp_path / 'engines', 'cpu0', 'gpu0', 'vic0')) as run:
            base, light = run.pipeline._loaded().tasks[0].variants
            units = {stage.name: stage.units for stage in base.stages}
            assert units['infer'] == ('cpu0', 'gpu0')
            assert {**units, 'infer': ('cpu0',)} == {s.name: s.units for s in light.stages}
            assert run.pipeline.status().left_out == {}
            ends = run.send(*range(1, 6))
            run.pipeline.change_task('detector', {'variant': 'light'})
            ends = run.send(*range(6, 11))
    found = [end for end in ends if end.variant == 'light']
    assert found and {end.outcome for end in found} == {'on_time'}
    for end in found:
        assert {stage.unit for stage in end.stages if stage.stage == 'infer'} == {'cpu0'}


@pytest.mark.parametrize(
    ('given', 'message'),
    [
        ({'min_m': 50.0}, r'^detector\.min_m: must be below max_m \(40\), not 50'),
        ({'max_m': 0.25}, r'^detector\.min_m: must be below max_m \(0\.25\), not 0\.3'),
        ({'scale': 0.0}, r'^detector\.scale: must not be 0'),
    ],
)
def test_options_that_do_not_fit_each_other_name_the_task(monkeypatch, tmp_path, given, message):
    with stand_ins(monkeypatch):
        network = write(
            tmp_path,
            'metres',
            decoder='depth_metric',
            decoder_options={'min_m': 0.3, 'max_m': 40.0},
        )
        config = _config(network, **{f'detector.{name}': value for name, value in given.items()})
        with (
            pytest.raises(ConfigError, match=message),
            Run(config, machine(tmp_path / 'engines', 'cpu0')),
        ):
            pass


# --- policies that choose ------------------------------------------------------------------------


def _simulated(folder, heavy_ms, light_ms):
    """Write a network of two variants that only take time."""

    def takes(latency_ms):
        return {'simulate': {'outputs': [[1, 4, 7]], 'latency_ms': latency_ms}}

    light = {
        'name': 'int8',
        'file': 'boxes.onnx',
        'accuracy': _accuracy(0.79),
        'decoder_options': takes(light_ms),
    }
    return write_network(
        folder,
        'boxes',
        decoder_options=takes(heavy_ms),
        accuracy=_accuracy(0.8),
        variants=[light],
    )


def _one_core(config):
    found = discover()
    core = LocalUnit(Unit('cpu0', 'cpu'))
    return type(found)(units=(core,), engines=found.engines, preprocessors=found.preprocessors)


def _answers(started, network, policy, frames):
    pipeline, ends = started(
        _config(network, policy=policy, detector__deadline_ms=150), machine=_one_core(network)
    )
    for seq in range(1, frames + 1):
        pipeline.submit(frame(seq=seq))
        ends.wait_for(seq)
    return pipeline.status().tasks[0].variants


@pytest.mark.parametrize('policy', ['dream', 'horizon', 'horizon+drop'])
def test_policies_take_the_lighter_variant_when_the_heavy_one_is_too_slow(
    tmp_path, started, policy
):
    # the heavy one can never be on time: how busy this machine is does not matter
    answers = _answers(started, _simulated(tmp_path, 200.0, 1.0), policy, 12)
    assert answers['int8'] > 2 * answers['base']


@pytest.mark.parametrize('policy', ['dream', 'edf+drop', 'fcfs'])
def test_the_best_variant_is_kept_where_there_is_time_or_the_policy_knows_no_other(
    tmp_path, started, policy
):
    network = _simulated(tmp_path, 1.0, 1.0)
    answers = _answers(started, network, policy, 12)
    assert answers['base'] > answers['int8']
    if policy != 'dream':
        assert answers['int8'] == 0


# --- told to run one that is not here ------------------------------------------------------------


@pytest.mark.parametrize('pinned', [True, False])
def test_one_made_for_units_this_machine_lacks_is_replaced_by_the_own_file(
    tmp_path, started, caplog, pinned
):
    config = _config(_detector(tmp_path, kinds=['gpu']), detector__variant='small' * pinned)
    with caplog.at_level(logging.WARNING):
        pipeline, ends = started(config, machine=_one_core(config))
    assert _score(pipeline, ends) == ('base', 0.9)
    told = "'small' is listed, but made for gpu, and networks run on cpu here"
    assert (told in caplog.text) == pinned
    assert ('detector.small' in pipeline.status().left_out) == pinned
    with pytest.raises(ConfigError, match=f'^detector.variant: {told}'):
        pipeline.check_variant('detector', 'small')


def test_with_required_units_it_is_refused(tmp_path, started):
    config = _config(
        _detector(tmp_path, kinds=['gpu']), detector__variant='small', require_units=True
    )
    with pytest.raises(ConfigError, match=r"variant: 'small' .* gpu, .* \(require_units is true"):
        started(config, machine=_one_core(config))


def test_one_whose_units_the_configuration_leaves_out_is_refused(monkeypatch, tmp_path):
    with stand_ins(monkeypatch):
        network = write(tmp_path, 'metres', decoder='depth_metric', decoder_options={'min_m': 0.0})
        network.write_text(
            f'{network.read_text()}\naccuracy: {_accuracy(0.8)}\nvariants:\n'
            f'- {{name: light, file: metres.onnx, kinds: [gpu], accuracy: {_accuracy(0.6)}}}\n'
        )
        config = _config(network, units=['cpu0'], detector__variant='light')
        found = machine(tmp_path / 'engines', 'cpu0', 'gpu0', 'vic0')
        with pytest.raises(ConfigError, match=r"'light' is listed, .* excluded by the"):
            Pipeline(config, on_end=lambda _: None, machine=found).load()


def test_one_that_could_not_be_loaded_says_so_when_it_is_asked_for_later(tmp_path, started):
    (tmp_path / 'small.onnx').write_bytes(b'no network')
    pipeline, _ = started(_config(_detector(tmp_path)))
    with pytest.raises(ConfigError, match=r"detector\.variant: 'small' cannot be used: .*small"):
        pipeline.check_variant('detector', 'small')
