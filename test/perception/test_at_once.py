# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All stages of a job in a row: the results are those of the stages one by one."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from native_forms import assert_same
from native_forms import in_python

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeNetwork
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.fused import fuse
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.native import loading
from edge_sched_ros.perception.decoders.yolox import Yolox
from edge_sched_ros.perception.programs.build import build_program
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.results import no_detections
from edge_sched_ros.scenes.scene import Scene

pytest.importorskip('onnxruntime')

_MODELS = Path(__file__).resolve().parents[2] / 'models'
_STAGES = ('preprocess', 'infer', 'postprocess')


@pytest.fixture(params=['native', 'python'])
def form(request, monkeypatch):
    """Build programs with the native forms, where they are built, and without."""
    monkeypatch.delenv(loading.VARIABLE, raising=False)
    monkeypatch.setattr(loading._Mode, 'chosen', 'auto')
    monkeypatch.setattr(loading._Mode, 'times', loading._Mode.times + 1)
    if request.param == 'native':
        pytest.importorskip('edge_sched_ros._native')
        yield request.param
        return
    with in_python():
        yield request.param


def _program(name):
    spec = load_network(_MODELS / f'{name}.yaml')
    return build_program(spec, OnnxRuntimeEngine(), OpenCvPreprocessor(), options={})


def _context(index, encoding='bgr8', size=(320, 240)):
    scene = Scene(seed=3, width=size[0], height=size[1], fps=30.0)
    picture = np.ascontiguousarray(scene.frame(index).image_bgr)
    image = SourceImage.from_raw(
        picture.reshape(-1), width=size[0], height=size[1], encoding=encoding, step=3 * size[0]
    )
    return JobContext(index, 'task', Frame('camera', index, index, 'lens', image))


def _one_by_one(program, context):
    for stage in _STAGES:
        items = program.run(stage, context)
    return items, context.result


@pytest.mark.parametrize('name', ['detector', 'depth'])
def test_results_are_those_of_the_stages_one_by_one(name, form):
    program, kept = _program(name), []
    for index in range(30, 36):
        given = ('rgb8', (320, 240)) if index % 2 else ('bgr8', (352, 200))
        items, wanted = _one_by_one(program, _context(index, *given))
        context = _context(index, *given)
        assert program.run_at_once(_STAGES, context, count(5).__next__) == items
        assert [name for name, _, _ in context.parts] == list(_STAGES)
        times = [at for _, begun, ended in context.parts for at in (begun, ended)]
        assert times == sorted(times)
        kept.append((context.result, wanted))
    # results that are kept stay what they were while others are made
    for result, wanted in kept:
        assert_same(result, wanted)
    assert name == 'depth' or sum(len(result) for result, _ in kept)


def test_pictures_are_written_to_where_the_network_reads_them(form):
    program = _program('detector')
    network = program.variants.first.first_part.networks['']
    for index in range(30, 34):
        assert program.run_at_once(_STAGES, _context(index), count().__next__) is not None
    seats = network.seats._free.get('', [])
    assert len(seats) == (form == 'native')


def test_an_option_that_changes_counts_from_the_next_job(form):
    program = _program('detector')
    assert program.run_at_once(_STAGES, _context(30), count().__next__)
    program.set_option('score_threshold', 1.0)
    assert program.run_at_once(_STAGES, _context(30), count().__next__) == 0


def test_a_picture_that_cannot_be_used_costs_no_seat(form):
    program = _program('detector')
    network = program.variants.first.first_part.networks['']
    broken = SourceImage.from_compressed(b'\xff\xd8\xff no picture')
    for _ in range(3):
        context = JobContext(0, 'task', Frame('camera', 0, 0, '', broken))
        with pytest.raises(FrameError):
            program.run_at_once(_STAGES, context, count().__next__)
        assert context.parts == []
    assert len(network.seats._free.get('', [])) <= 1
    assert program.run_at_once(_STAGES, _context(30), count().__next__)


def test_a_unit_with_another_network_runs_that_one(form):
    program = _program('depth')
    first = program.variants.first.first_part
    wanted = _one_by_one(program, _context(30))[1]
    program.run_at_once(_STAGES, _context(30), count().__next__)
    ran, before = [], first.networks['']

    def run(inputs):
        ran.append(inputs)
        return before.run(inputs)

    first.networks[''] = SimpleNamespace(inputs=before.inputs, outputs=before.outputs, run=run)
    context = _context(30)
    program.run_at_once(_STAGES, context, count().__next__)
    assert len(ran) == 1
    assert_same(context.result, wanted)


class _Own(FrameProgram):
    """Does something else in a stage."""

    def run(self, stage, context):
        return super().run(stage, context) + 100


class _Wrapper:
    """Has all attributes of the program within it, and counts its stages."""

    def __init__(self, program):
        self.inner, self.ran = program, []

    def run(self, stage, context):
        self.ran.append(stage)
        return self.inner.run(stage, context)

    def __getattr__(self, name):
        return getattr(self.inner, name)


def test_what_changes_a_stage_is_not_passed_by():
    built = _program('detector')
    own = _Own(built._spec, built.variants, built.preprocessors)
    wrapper = _Wrapper(built)
    items = _one_by_one(built, _context(30))[0]
    for program, more in ((own, 100), (wrapper, 0)):
        fused = fuse(program)
        assert fused.run(fused.stages[0], _context(30)) == items + more
    assert wrapper.ran == list(_STAGES)


class _Darker(OpenCvPreprocessor):
    """Does more than the class that it is made from."""

    def prepare(self, image, spec):
        """Return half of the tensor."""
        tensor, way = super().prepare(image, spec)
        return tensor * np.float32(0.5), way


def test_what_replaces_a_built_in_step_is_called(form):
    spec = load_network(_MODELS / 'depth.yaml')
    darker = build_program(spec, OnnxRuntimeEngine(), _Darker(), options={})
    usual, context, wanted = _program('depth'), _context(30), _context(30)
    darker.run_at_once(_STAGES, context, count(5).__next__)
    _one_by_one(darker, wanted)
    assert_same(context.result, wanted.result)
    _one_by_one(usual, wanted)
    with pytest.raises(AssertionError):
        assert_same(context.result, wanted.result)
    assert 'preprocessing' not in darker.native_steps


def test_a_network_that_replaces_run_is_run(form):
    runs = []

    class Own(OnnxRuntimeNetwork):
        def run(self, inputs):
            runs.append(inputs)
            return super().run(inputs)

    class Engine(OnnxRuntimeEngine):
        def load(self, *arguments, **more):
            network = super().load(*arguments, **more)
            network.__class__ = Own
            return network

    spec = load_network(_MODELS / 'depth.yaml')
    program = build_program(spec, Engine(), OpenCvPreprocessor(), options={})
    runs.clear()
    program.run_at_once(_STAGES, _context(30), count(5).__next__)
    assert len(runs) == 1


class Fewer(Yolox):
    """Leaves all candidates out."""

    def select(self, boxes_xyxy, scores, class_ids, transform, **more):
        """Return no detections."""
        return super().select(boxes_xyxy[:0], scores[:0], class_ids[:0], transform, **more)


class Later(Yolox):
    """Removes what its base has found."""

    def decode(self, outputs, transform):
        """Return no detections."""
        super().decode(outputs, transform)
        return no_detections(self.labels)


@pytest.mark.parametrize('kind', [Fewer, Later])
def test_a_decoder_that_replaces_a_method_is_asked(form, kind):
    spec = load_network(_MODELS / 'detector.yaml')
    found = []
    for name in (spec.decoder, f'{__name__}:{kind.__name__}'):
        made = replace(spec, decoder=name)
        program = build_program(made, OnnxRuntimeEngine(), OpenCvPreprocessor(), options={})
        context = _context(30)
        program.run_at_once(_STAGES, context, count(5).__next__)
        found.append(len(context.result))
    assert found[0] > 0 and found[1] == 0
