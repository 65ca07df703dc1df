# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Engines, preprocessors and decoders from outside at work in a pipeline."""

from __future__ import annotations

from queue import Queue

import numpy as np
import pytest
from children import TIMEOUT_S
from images import frame
from networks import write_network
from networks import write_onnx

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.profiling.memory_probe import measure_memory

SOURCE = """
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.perception.decoders.yolov5 import DECODER as Yolov5
from edge_sched_ros.plugins.options import Option

used = []


class Engine(OnnxRuntimeEngine):
    name = 'outside_engine'

    def load(self, spec, unit=None):
        used.append(self.name)
        return super().load(spec, unit)


class Tuned(Engine):
    options = (
        Option('workers', 2, 'Threads', 1, 8),
        Option('mode', 'fast', 'How', choices=('fast', 'exact')),
    )

    def load(self, spec, unit=None):
        used.append((spec.variant, dict(spec.engine_options.own)))
        return super().load(spec, unit)


class Absent(Engine):
    def available(self):
        return False, 'no such device'


class Probes(Engine):
    def available(self):
        raise OSError('no driver')


class Raises(Engine):
    def load(self, spec, unit=None):
        raise KeyError('weights')


class Preprocessor(OpenCvPreprocessor):
    name = 'outside_preprocessor'

    def prepare(self, image, spec):
        used.append(self.name)
        return super().prepare(image, spec)


class Sharp(Preprocessor):
    options = (Option('gain', 1.0, 'Contrast', 0.0, 4.0),)

    def prepare(self, image, spec):
        used.append(('gain', spec.options['gain']))
        return super().prepare(image, spec)


class Decoder(Yolov5):
    defaults = {**Yolov5.defaults, 'least_px': 0.0}
    ranges = {**Yolov5.ranges, 'least_px': (0.0, 99.0)}

    def decode(self, outputs, transform):
        used.append(('least_px', self.options['least_px']))
        return super().decode(outputs, transform)
"""


@pytest.fixture
def parameters(tmp_path, installed):
    module = f'of_{tmp_path.name}'.replace('-', '_')
    installed(
        'backends',
        {
            'engines': {
                'fast': f'{module}:Engine',
                'absent': f'{module}:Absent',
                'tuned': f'{module}:Tuned',
            },
            'preprocessors': {'odd': f'{module}:Preprocessor', 'sharp': f'{module}:Sharp'},
            'decoders': {'mine': f'{module}:Decoder'},
        },
        {module: SOURCE},
    )
    raw = np.zeros((1, 4, 7), np.float32)
    raw[0, 0] = [16, 16, 10, 10, 1, 0.1, 0.9]
    write_onnx(tmp_path / 'boxes.onnx', outputs={'out': raw}, input_shape=[1, 3, 32, 32])

    def _parameters(engine='auto', decoder='yolov5', network=None, **more):
        own = {'engine': engine, 'decoder': decoder, 'decoder_options': {}, **(network or {})}
        return {
            'tasks': ['detector'],
            'detector.network': str(write_network(tmp_path, 'boxes', **own)),
            'detector.topic': 'camera',
            'detector.deadline_ms': 600_000,
            'units': ['cpu0'],
            **more,
        }

    _parameters.module = module
    return _parameters


def _run(values):
    ends = Queue()
    pipeline = Pipeline(from_parameters(values), on_end=ends.put)
    pipeline.load()
    try:
        pipeline.start()
        pipeline.submit(frame(width=64, height=64))
        return ends.get(timeout=TIMEOUT_S)
    finally:
        pipeline.stop()
        pipeline.unload()


@pytest.mark.parametrize('named', ['by name', 'by module'])
def test_each_is_used_where_it_is_named(parameters, named):
    import importlib

    names = ('fast', 'odd', 'mine')
    if named == 'by module':
        names = [f'{parameters.module}:{one}' for one in ('Engine', 'Preprocessor', 'Decoder')]
    engine, preprocessor, decoder = names
    more = {'engine': engine, 'preprocessor': preprocessor, 'detector.least_px': 7}
    end = _run(parameters(decoder=decoder, **more))
    assert end.outcome == 'on_time' and len(end.result) == 1
    used = importlib.import_module(parameters.module).used
    assert {'outside_engine', 'outside_preprocessor', ('least_px', 7.0)} <= set(used)
    # and in the file of the network
    assert _run(parameters(engine=engine)).outcome == 'on_time'


@pytest.mark.parametrize(
    ('engine', 'problem'),
    [
        ('absent', r"^engine: 'absent' cannot be used here: no such device$"),
        ('fats', r"^engine: unknown engine 'fats'; did you mean 'fast'\? \(known: "),
        ('{}:Probes', r"^engine: '.*:Probes' cannot be made: OSError: no driver$"),
        ('{}:Raises', r"boxes\.yaml: the engine 'outside_engine' failed: KeyError: 'weights'"),
        ('{}:Decoder', r'Decoder has no available, load, name, kinds: it must derive from edge'),
    ],
)
def test_what_cannot_be_used_is_one_line(parameters, engine, problem):
    with pytest.raises(ConfigError, match=problem):
        _run(parameters(engine='auto') | {'engine': engine.format(parameters.module)})


def _used(parameters):
    import importlib

    return importlib.import_module(parameters.module).used


ACCURACY = {'metric': 'mAP', 'value': 0.5, 'source': 'test'}


@pytest.mark.parametrize('name', ['tuned', '{}:Tuned'])
def test_an_engine_gets_its_options_from_the_file_of_the_network(parameters, name):
    network = {
        'engine_options': {'workers': 3, 'precision': 'fp16'},
        'accuracy': ACCURACY,
        'variants': [
            {
                'name': 'light',
                'file': 'boxes.onnx',
                'accuracy': {**ACCURACY, 'value': 0.4},
                'engine_options': {'mode': 'exact'},
            }
        ],
    }
    name = name.format(parameters.module)
    assert _run(parameters(engine=name, network=network)).outcome == 'on_time'
    found = [one for one in _used(parameters) if isinstance(one, tuple)]
    assert ('base', {'workers': 3, 'mode': 'fast'}) in found
    assert ('light', {'workers': 3, 'mode': 'exact'}) in found


def test_a_preprocessor_gets_its_options_from_the_file_of_the_network(parameters):
    network = {'preprocessor_options': {'gain': 2}}
    assert _run(parameters(network=network, preprocessor='sharp')).outcome == 'on_time'
    assert _run(parameters(preprocessor='sharp')).outcome == 'on_time'
    gains = [one[1] for one in _used(parameters) if one[0] == 'gain']
    assert set(gains) == {1.0, 2.0} and all(isinstance(one, float) for one in gains)


OPTIONS = 'engine_options'
PICTURE = 'preprocessor_options'


@pytest.mark.parametrize(
    ('engine', 'network', 'problem'),
    [
        (
            'tuned',
            {OPTIONS: {'workers': 9}},
            r'workers: must be a whole number from 1 to 8, not 9',
        ),
        ('tuned', {OPTIONS: {'workers': 2.5}}, r'workers: must be a whole number from 1 to 8, no'),
        ('tuned', {OPTIONS: {'workers': True}}, r'workers: must be a whole number from 1 to 8, '),
        ('tuned', {OPTIONS: {'mode': 'slow'}}, r"mode: must be one of fast, exact, not 'slow'$"),
        (
            'tuned',
            {OPTIONS: {'worker': 1}},
            r'worker: outside_engine has no such option; did you ',
        ),
        (
            'fast',
            {OPTIONS: {'workers': 1}},
            r'workers: outside_engine has no such option \(it has',
        ),
        ('auto', {OPTIONS: {'workers': 1}}, r'workers: unknown key$'),
        (
            'onnxruntime',
            {OPTIONS: {'precison': 'fp16'}},
            r"precison: unknown key; did you mean 'p",
        ),
        ('auto', {PICTURE: {'gain': 9}}, r'gain: must be a number from 0 to 4, not 9$'),
        ('auto', {PICTURE: {'gian': 1}}, r'gian: outside_preprocessor has no such option; did '),
        ('auto', {PICTURE: 3}, r'preprocessor_options: must be a mapping$'),
    ],
)
def test_a_wrong_option_is_one_line_that_names_file_and_key(parameters, engine, network, problem):
    key = next(iter(network))
    with pytest.raises(ConfigError, match=rf'boxes\.yaml: (?:{key}\.)?{problem}'):
        _run(parameters(engine=engine, network=network, preprocessor='sharp'))


def test_a_preprocessor_of_this_package_has_no_options(parameters):
    with pytest.raises(ConfigError, match=r'gain: opencv has no such option \(it has: none\)$'):
        _run(parameters(network={PICTURE: {'gain': 1}}, preprocessor='opencv'))


def test_memory_is_measured_with_it_in_another_process(parameters, tmp_path, monkeypatch):
    network = parameters()['detector.network']
    folder = tmp_path / 'backends-1.0'
    monkeypatch.setenv('PYTHONPATH', str(folder))
    for name in ('fast', f'{parameters.module}:Engine'):
        assert measure_memory(network, name, 'cpu0', tmp_path / 'boxes.onnx') is not None
