# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Programs without a network: corners, depth by stereo, noise reduction; and where they run."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from pictures import grey
from pictures import shifted
from pictures import squares
from pictures import textured

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.preprocess.opencv_ops import OpenCvOps
from edge_sched_ros.execution.preprocess.opencv_tnr import OpenCvDenoiser
from edge_sched_ros.execution.vision import UnsupportedOpError
from edge_sched_ros.perception.numbers import numbers_of_program
from edge_sched_ros.perception.programs.corners import CornersProgram
from edge_sched_ros.perception.programs.denoise import DenoiseProgram
from edge_sched_ros.perception.programs.flow_track import FlowTrackProgram
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.programs.options import Options
from edge_sched_ros.perception.programs.registry import program_class
from edge_sched_ros.perception.programs.stereo import StereoProgram
from edge_sched_ros.perception.results import no_detections
from edge_sched_ros.pipeline.settings.parameter_table import option_spec

PROGRAMS = {'corners': {}, 'denoise': {}, 'stereo': {'focal_px': 100.0, 'baseline_m': 0.1}}


def _frame(picture, seq=1):
    height, width = picture.shape[:2]
    image = SourceImage.from_raw(
        np.ascontiguousarray(picture), width=width, height=height, encoding='bgr8', step=3 * width
    )
    return Frame('camera', seq, seq, '', image)


def _run(program, picture, unit=''):
    """Return the result of a picture, and how many things were found."""
    context = JobContext(1, 'task', _frame(picture), unit=unit)
    found = [program.run(stage, context) for stage in program.stages][-1]
    return context.result, found


def _colour(plane):
    return np.repeat(plane[..., None], 3, axis=2)


@pytest.mark.parametrize('name', PROGRAMS)
def test_each_is_found_by_its_name(name):
    program = program_class(name, 'task.program')(**PROGRAMS[name])
    assert set(program.stage_ops) <= set(program.stages)
    with pytest.raises(FrameError, match='has no image'):
        program.run('preprocess', JobContext(1, 'task', Frame('camera', 1, 1, '')))
    for option in program.numbers:
        with pytest.raises(ConfigError, match=f'^{option}: must be from'):
            program.set_option(option, -3.0)
    with pytest.raises(ConfigError, match=r'nms_iou: .*has no such option'):
        program.set_option('nms_iou', 0.5)


def test_corners_are_boxes_about_what_harris_finds():
    picture = squares()
    found, count = _run(CornersProgram(max_corners=7), _colour(picture))
    places, scores = OpenCvOps().harris(picture, most=7)
    assert count == len(found) == 7
    middles = (found.boxes_xyxy[:, :2] + found.boxes_xyxy[:, 2:]) / 2
    assert np.allclose(middles, places + 0.5) and np.allclose(found.scores, scores)
    assert np.allclose(found.boxes_xyxy[:, 2:] - found.boxes_xyxy[:, :2], 3)
    assert found.label(0) == 'corner'


def test_nothing_is_found_where_nothing_is():
    found, count = _run(CornersProgram(), np.full((60, 80, 3), 90, np.uint8))
    assert count == len(found) == 0 and found.boxes_xyxy.shape == (0, 4)


@pytest.mark.parametrize('shift', [4, 9, 16])
def test_depth_follows_from_how_far_things_are_apart(shift):
    right = textured(200, 120, seed=4)
    left = _colour(shifted(grey(right), shift, 0))
    program = StereoProgram(focal_px=400.0, baseline_m=0.12, max_disparity=32)
    depth, _ = _run(program, np.hstack([left, right]))
    assert depth.depth_m.shape == (120, 200) and depth.depth_m.dtype == np.float32
    assert (depth.scale_x, depth.offset_x) == (1.0, 0.0)
    assert np.isfinite(depth.depth_m).mean() > 0.3
    assert abs(np.nanmedian(depth.depth_m) - 400.0 * 0.12 / shift) < 0.05


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'focal_px': 400.0, 'baseline_m': 0.1, 'max_disparity': 40}, 'a multiple of 16, not 40'),
        ({'focal_px': 400.0, 'baseline_m': 0.1, 'window': 4}, 'window: must be odd, not 4'),
        ({'focal_px': 400.0, 'baseline_m': 0.1, 'window': 4.5}, 'window: must be a whole number'),
    ],
)
def test_stereo_says_what_it_needs(options, message):
    with pytest.raises(ConfigError, match=message):
        StereoProgram(**options)


def test_a_change_that_cannot_be_changes_nothing():
    program = StereoProgram(focal_px=400.0, baseline_m=0.1)
    for name, value in (('focal_px', None), ('window', 6.0)):
        with pytest.raises(ConfigError):
            program.set_option(name, value)
    assert program._options['focal_px'] == 400 and program._options['window'] == 5


@given(st.floats(allow_nan=True), st.sampled_from([0, 16]), st.booleans())
def test_an_option_is_in_its_range_or_refused(value, multiple, whole):
    numbers = {'n': Number(32, -64, 64, whole=whole, multiple=multiple)}
    options = Options('program', numbers, {})
    try:
        options.change('n', value)
    except ConfigError as error:
        assert '\n' not in str(error) and options['n'] == 32
    assert -64 <= options['n'] <= 64
    assert not whole or options['n'].is_integer()
    assert not multiple or options['n'] % multiple == 0


@pytest.mark.parametrize('width', [30, 32, 63, 64])
def test_pictures_without_room_for_the_reach_fail_with_a_reason(width):
    program = StereoProgram(focal_px=400.0, baseline_m=0.1, max_disparity=64)
    with pytest.raises(FrameError, match=f'each picture has {width} columns') as error:
        _run(program, textured(2 * width, 48))
    assert error.value.reason == 'too_narrow'


def test_pictures_one_column_wider_than_the_reach_are_matched():
    program = StereoProgram(focal_px=400.0, baseline_m=0.1, max_disparity=64)
    assert _run(program, textured(2 * 65, 48))[0].depth_m.shape == (48, 65)


# --- after a task that gives pictures -----------------------------------------------------------

AFTER = {**PROGRAMS, 'flow_track': {}}


@pytest.mark.parametrize('name', AFTER)
def test_every_program_works_on_the_picture_of_the_task_before(name):
    seen, camera = textured(96, 64, seed=7), textured(96, 64, seed=8)
    given = SourceImage.from_raw(seen, width=96, height=64, encoding='bgr8', step=3 * 96)
    scratch = []
    for frame, parent in (
        (_frame(camera), given),
        (_frame(seen), None),
        # boxes are no picture
        (_frame(seen), no_detections()),
    ):
        options = {**AFTER[name], **({'max_disparity': 16} if name == 'stereo' else {})}
        program = program_class(name, 'task.program')(**options)
        context = JobContext(1, 'task', frame, parent=parent)
        program.run(program.stages[0], context)
        scratch.append(np.array(context.scratch))
    assert (scratch[0] == scratch[1]).all() and (scratch[0] == scratch[2]).all()


# --- options ------------------------------------------------------------------------------------


@given(
    st.sampled_from(sorted(AFTER)),
    st.data(),
    st.one_of(st.none(), st.floats(-2, 300), st.integers(-2, 300).map(float), st.floats()),
)
def test_what_is_checked_is_what_is_taken_and_checking_changes_nothing(name, data, value):
    program = program_class(name, 'task.program')(**AFTER[name])
    option = data.draw(st.sampled_from([*program.numbers, 'nonsense']))
    before = _options(program)
    problems = []
    for change in (program.check_option, program.set_option):
        assert _options(program) == before
        try:
            change(option, value)
            problems.append('')
        except ConfigError as error:
            problems.append(str(error))
    assert problems[0] == problems[1] and all(p.startswith(option) for p in filter(None, problems))
    if problems[0]:
        assert _options(program) == before


def _options(program):
    """Return a copy of a program's options."""
    if isinstance(program, FlowTrackProgram):
        return asdict(program._follower.options)
    return dict(program._options)


def test_the_parameters_take_the_numbers_that_the_programs_take():
    for name, given_options in AFTER.items():
        program = program_class(name, 'task.program')(**given_options)
        for option, number in numbers_of_program(name, 'task.program').items():
            spec = option_spec(option, number, name)
            if number.least:
                program.check_option(option, number.least)
            program.check_option(option, number.greatest)
            for beyond in (np.nextafter(spec.minimum, -1e9), np.nextafter(spec.maximum, 1e9)):
                with pytest.raises(ConfigError):
                    program.check_option(option, float(beyond))
                with pytest.raises(ConfigError):
                    spec.check(float(beyond))


# --- noise --------------------------------------------------------------------------------------


def _noisy(calm, seed):
    noise = np.random.default_rng(seed).normal(0, 8, calm.shape)
    return np.clip(calm + noise, 0, 255).astype(np.uint8)


CALM = np.clip(textured(64, 48), 40, 210)


def _left(picture):
    return np.std(picture.astype(float) - CALM)


def test_noise_is_reduced_and_forgotten_when_told():
    program = DenoiseProgram(strength=1.0)
    for seed in range(10):
        result, count = _run(program, _noisy(CALM, seed))
    assert count == 1 and isinstance(result, SourceImage)
    assert _left(result.bgr()) < 0.6 * _left(_noisy(CALM, 9))
    program.reset()
    again = _noisy(CALM, 11)
    assert (_run(program, again)[0].bgr() == again).all()
    program.set_option('strength', 0.0)
    again = _noisy(CALM, 12)
    assert (_run(program, again)[0].bgr() == again).all()


def test_a_picture_of_another_size_begins_anew():
    program = DenoiseProgram(strength=1.0)
    _run(program, _noisy(CALM, 1))
    small = _noisy(CALM, 2)[:20, :30]
    assert (_run(program, small)[0].bgr() == small).all()


class _Own(OpenCvPreprocessor):
    """A unit with a filter of its own."""

    def __init__(self):
        self.made = []

    def vision(self):
        own = self

        class Ops(OpenCvOps):
            def denoiser(self, size, *, strength=0.5):
                own.made.append(OpenCvDenoiser(strength))
                return own.made[-1]

        return Ops()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from('abc'), min_size=2, max_size=12))
def test_whichever_units_filter_in_turn_the_pictures_are_those_of_one(units):
    """What is handed from filter to filter is rounded, no more."""
    here = {name: _Own() for name in 'abc'}
    program, alone = DenoiseProgram(strength=1.0), DenoiseProgram(strength=1.0)
    program.use_units(here)
    for seed, unit in enumerate(units):
        clean = _run(program, _noisy(CALM, seed), unit)[0].bgr()
        wanted = _run(alone, _noisy(CALM, seed))[0].bgr()
        assert np.abs(clean.astype(int) - wanted).max() <= 4
        assert np.abs(clean.astype(int) - wanted).mean() < 0.5
    assert [len(own.made) for own in here.values()] == [name in units for name in 'abc']


# --- units that cannot --------------------------------------------------------------------------


class _Cannot(OpenCvPreprocessor):
    def vision(self):
        class Ops:
            def harris(self, *_, **__):
                raise UnsupportedOpError('PVA harris: needs 160x120')

        return Ops()


def test_what_a_unit_cannot_do_opencv_does_and_it_is_counted():
    program, plain = CornersProgram(), CornersProgram()
    program.use_units({'pva0': _Cannot()})
    picture = _colour(squares())
    for _ in range(2):
        found = _run(program, picture, 'pva0')[0]
    assert (found.boxes_xyxy == _run(plain, picture)[0].boxes_xyxy).all()
    assert program._vision.fallbacks == {'PVA harris: needs 160x120': 2}
