# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Programs without a network on the units of a machine, by configuration."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from jetson import machine
from jetson import picture
from jetson import Run
from jetson import stand_ins
from jetson import units_by_stage
from jetson import write

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.vpi.unit_ops import VpiOps
from edge_sched_ros.perception.programs.build import build_program
from edge_sched_ros.perception.programs.corners import CornersProgram
from edge_sched_ros.pipeline.settings.config import from_parameters

pytest.importorskip('onnxruntime')

UNITS = ('cpu0', 'gpu0', 'vic0', 'pva0', 'ofa0')
FRAMES = range(1, 13)


@pytest.fixture
def fake(monkeypatch):
    with stand_ins(monkeypatch) as fake:
        yield fake


def _config(program, **more):
    return from_parameters(
        {
            'tasks': ['task'],
            'task.program': program,
            'task.topic': 'camera',
            'task.deadline_ms': 600_000,
            **{name.replace('__', '.'): value for name, value in more.items()},
        }
    )


STEREO = {'task__focal_px': 50.0, 'task__baseline_m': 0.1, 'task__max_disparity': 16}


@pytest.mark.parametrize(
    ('program', 'more', 'stage', 'units'),
    [
        ('corners', {}, 'corners', {'cpu0', 'gpu0', 'pva0'}),
        ('corners', {'task__units': ['pva']}, 'corners', {'pva0'}),
        ('denoise', {}, 'denoise', {'cpu0', 'gpu0', 'vic0'}),
        ('denoise', {'task__units': ['vic0']}, 'denoise', {'vic0'}),
        ('stereo', STEREO, 'match', {'cpu0', 'gpu0', 'ofa0'}),
        ('stereo', {**STEREO, 'task__units': ['gpu']}, 'match', {'gpu0'}),
    ],
)
def test_the_operation_runs_where_it_can_and_all_else_on_cores(
    fake, tmp_path, program, more, stage, units
):
    with Run(_config(program, **more), machine(tmp_path, *UNITS)) as run:
        ends = run.send(*FRAMES)
    assert {end.outcome for end in ends} == {'on_time'}, [end.reason for end in ends]
    found = units_by_stage(ends)
    assert found.pop(stage) == units
    assert found and all(where == {'cpu0'} for where in found.values())


@pytest.mark.parametrize('program', ['corners', 'denoise'])
def test_without_accelerators_all_of_it_is_one_stage_on_a_core(fake, tmp_path, program):
    with Run(_config(program), machine(tmp_path, 'cpu0')) as run:
        (stage,) = run.pipeline._loaded().tasks[0].variants[0].stages
        ends = run.send(1)
    assert stage.name == f'preprocess+{program}'
    assert [(s.stage, s.unit) for s in ends[0].stages] == [
        ('preprocess', 'cpu0'),
        (program, 'cpu0'),
    ]


def test_what_comes_after_noise_reduction_works_on_the_clean_picture(fake, tmp_path):
    """By the boxes found: those of a noisy and of a calm picture differ."""
    more = {
        'tasks': ['clean', 'twice', 'task', 'after', 'after_both'],
        **{
            f'{task}.{key}': value
            for task, program, source in (
                ('clean', 'denoise', 'topic=camera'),
                ('twice', 'denoise', 'after=clean'),
                ('after', 'corners', 'after=clean'),
                ('after_both', 'corners', 'after=twice'),
            )
            for key, value in (
                ('program', program),
                ('deadline_ms', 10_000),
                tuple(source.split('=')),
            )
        },
        'clean.strength': 1.0,
        'twice.strength': 1.0,
    }
    with Run(_config('corners', **more), machine(tmp_path, 'cpu0')) as run:
        ends = run.send(*FRAMES)
    assert {end.outcome for end in ends} == {'on_time'}, [end.reason for end in ends]
    last = {end.task: end for end in ends if end.frame.seq == FRAMES[-1]}
    plain = {name: _corners(last[name].result) for name in ('clean', 'twice')}
    found = [last[name].result.boxes_xyxy.tolist() for name in ('task', 'after', 'after_both')]
    assert found[1:] == [plain['clean'], plain['twice']]
    assert found[0] != found[1] != found[2] != found[0]


def _corners(image):
    """Return what corners finds in a picture by itself."""
    program = CornersProgram()
    context = JobContext(1, 'task', Frame('camera', 1, 1, '', image))
    for stage in program.stages:
        program.run(stage, context)
    return context.result.boxes_xyxy.tolist()


def test_following_by_flow_runs_where_flow_is(fake, tmp_path, monkeypatch):
    more = {
        'tasks': ['corners', 'task'],
        'corners.program': 'corners',
        'corners.topic': 'camera',
        'corners.deadline_ms': 600_000,
        'corners.units': ['cpu'],
        'task.detections_from': 'corners',
    }
    flowed = set()
    real = VpiOps.point_flow

    def point_flow(self, *arguments, **settings):
        flowed.add((self._unit.kind, threading.current_thread().name))
        return real(self, *arguments, **settings)

    monkeypatch.setattr(VpiOps, 'point_flow', point_flow)
    with Run(_config('flow_track', **more), machine(tmp_path, *UNITS)) as run:
        ends = [end for end in run.send(*FRAMES) if end.task == 'task']
    assert {end.outcome for end in ends} == {'on_time'}
    assert units_by_stage(ends)['flow'] == {'cpu0', 'gpu0', 'pva0', 'ofa0'}
    assert flowed == {(kind, f'unit-{kind}0') for kind in ('gpu', 'pva', 'ofa')}


def test_a_network_after_denoise_sees_the_clean_picture(fake, tmp_path):
    path = write(tmp_path, 'm', decoder='depth_metric', decoder_options={'min_m': 0.0})
    more = {
        'tasks': ['task', 'depth'],
        'task.strength': 1.0,
        'depth.network': str(path),
        'depth.after': 'task',
        'depth.deadline_ms': 600_000,
    }
    with Run(_config('denoise', **more), machine(tmp_path, 'cpu0')) as run:
        ends = run.send(1, 2)
    clean, depth = ([end.result for end in ends if end.task == task] for task in ('task', 'depth'))
    spec = load_network(path)
    program = build_program(spec, OnnxRuntimeEngine(), OpenCvPreprocessor(), options={})
    for seq, (source, found) in enumerate(zip(clean, depth), 1):
        of_clean, of_camera = (_answer(program, image) for image in (source, picture(seq).image))
        assert np.array_equal(found.depth_m, of_clean)
        # of the first picture nothing can be taken away
        assert np.array_equal(found.depth_m, of_camera) == (seq == 1)


def _answer(program, image):
    context = JobContext(1, 'depth', Frame('camera', 1, 1, '', image))
    for stage in program.stages:
        program.run(stage, context)
    return context.result.depth_m


@pytest.mark.parametrize(
    ('program', 'more', 'message'),
    [
        ('stereo', {}, 'second_topic: or task.focal_px and task.baseline_m must be given'),
        ('corners', {'task__strength': 0.5}, 'strength: unknown parameter'),
        ('denoise', {'units': ['pva0']}, r'task\.units: denoise runs on cpu, gpu, vic only'),
        ('denois', {}, "did you mean 'denoise'"),
    ],
)
def test_what_cannot_be_is_one_clear_line(fake, tmp_path, program, more, message):
    with pytest.raises(ConfigError, match=message) as caught:
        Run(_config(program, **more), machine(tmp_path, *UNITS)).pipeline.load()
    assert '\n' not in str(caught.value)
