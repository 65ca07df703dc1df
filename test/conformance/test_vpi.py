# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Our use of NVIDIA's VPI against a stand-in that enforces its documented rules.

No Jetson runs these tests: they show that the rules are kept and that results are those of
OpenCV, not that the hardware does what its documentation says.
"""

from __future__ import annotations

import gc
import threading
import weakref

import cv2
import numpy as np
import pytest
from children import run_together
from fake_vpi import FLAVOURS
from fake_vpi import forget
from fake_vpi import found_once
from fake_vpi import install
from fake_vpi import module
from fake_vpi import unit
from hypothesis import given
from hypothesis import HealthCheck
from hypothesis import settings
from hypothesis import strategies as st
from pictures import grey
from pictures import lens
from pictures import shifted
from pictures import squares
from pictures import textured
from pictures import tilted

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.preprocess.formats import format_of
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.preprocess.opencv_ops import OpenCvOps
from edge_sched_ros.execution.preprocess.vpi import VpiPreprocessor
from edge_sched_ros.execution.vision import OPERATIONS
from edge_sched_ros.execution.vision import UnsupportedOpError
from edge_sched_ros.execution.vpi.capability import Request
from edge_sched_ros.execution.vpi.unit_plans import UnitPlans

OPENCV = OpenCvOps()
SIZE = (320, 240)
PICTURE = textured(*SIZE)
GREY = grey(PICTURE)
#: mean difference of levels (0..255) from OpenCV; colours at half the size (NV12) cost more
MEAN_LEVELS = {'gpu': 2.0, 'vic': 3.0}
PLACES_PX = 0.1
DISPARITY_PX = 1.0
#: difference of flow between methods, away from the edge
FLOW_PX = 1.0


@pytest.fixture(params=FLAVOURS)
def flavour(request, monkeypatch):
    install(monkeypatch, request.param)
    yield request.param
    forget(monkeypatch)


@pytest.fixture
def orin(monkeypatch):
    install(monkeypatch, '3.2.4')
    yield
    forget(monkeypatch)


def _ops(kind):
    return found_once().for_unit(unit(kind)).vision()


def _image(picture):
    height, width = picture.shape[:2]
    return SourceImage.from_raw(
        np.ascontiguousarray(picture).reshape(-1),
        width=width,
        height=height,
        encoding='bgr8',
        step=3 * width,
    )


def _mean(a, b):
    assert a.shape == b.shape and a.dtype == b.dtype
    return np.abs(a.astype(float) - b).mean()


# --- what there is ------------------------------------------------------------------------------


def test_it_is_found_with_what_it_has(flavour):
    found = VpiPreprocessor()
    assert isinstance(found, Preprocessor)
    assert found.available() == (True, '')
    assert found.ops['letterbox'] == ('gpu', 'vic') and found.ops['crops'] == ()
    assert found.ops['dense_flow'] == ('ofa',)
    pva = {'pva'} if flavour != '2.4.8' else set()
    assert set(found.ops['point_flow']) == {'gpu', 'ofa', *pva}
    assert set(found.ops) == {'letterbox', 'crops', *OPERATIONS}
    assert {kind for kinds in found.ops.values() for kind in kinds} == set(found.kinds)
    unit_one = found.for_unit(unit('vic'))
    assert isinstance(unit_one, Preprocessor) and unit_one.kinds == ('vic',)


def test_a_plain_gpu_has_no_vic(monkeypatch):
    install(monkeypatch, backends='CPU,CUDA')
    found = VpiPreprocessor()
    assert found.ops['letterbox'] == ('gpu',)
    with pytest.raises(ConfigError, match=r'no backend for kind vic here \(it has CPU'):
        found.for_unit(unit('vic'))


@pytest.mark.parametrize(
    ('code', 'reason'),
    [
        (None, 'VPI is not installed.*JetPack.*--system-site-packages'),
        ('import os, signal; os.kill(os.getpid(), signal.SIGSEGV)', 'it ended with SIGSEGV'),
        ('raise OSError("libnvvpi.so.3: no such file")', 'failed: OSError: libnvvpi'),
        ('class Backend: AVAILABLE = 0', 'does not say its version'),
        (
            '__version__ = "3.2.4"\nclass Backend: CPU = AVAILABLE = 1',
            'no backend here but the CPU',
        ),
    ],
)
def test_what_is_missing_or_broken_is_one_reason(code, reason, monkeypatch, tmp_path):
    if code is not None:
        (tmp_path / 'vpi.py').write_text(code)
        install(monkeypatch, folder=tmp_path)
    else:
        forget(monkeypatch)
    found = VpiPreprocessor()
    available, text = found.available()
    assert not available and '\n' not in text
    with pytest.raises(ConfigError, match=reason):
        found.for_unit(unit('gpu'))
    assert found.ops['letterbox'] == ()


# --- the network's input ------------------------------------------------------------------------


@pytest.mark.parametrize('kind', ['gpu', 'vic'])
@pytest.mark.parametrize('resize', ['letterbox', 'stretch', 'crop'])
@pytest.mark.parametrize('size', [(320, 240), (641, 479), (97, 333), (1200, 500)])
def test_the_input_is_what_its_transform_says(kind, resize, size, flavour):
    picture = cv2.GaussianBlur(textured(*size), (0, 0), 5)
    one = VpiPreprocessor().for_unit(unit(kind))
    tensor, transform = one.prepare(_image(picture), InputSpec(160, 128, resize=resize))
    assert one.fallbacks == {}
    assert (transform.source_width, transform.source_height) == size
    assert module().Stream is not None
    # every pixel looked up in the source by the transform alone
    columns, rows = np.meshgrid(np.arange(160), np.arange(128))
    map_x = (columns + 0.5 - transform.offset_x) / transform.scale_x - 0.5
    map_y = (rows + 0.5 - transform.offset_y) / transform.scale_y - 0.5
    inside = (map_x >= 0) & (map_x <= size[0] - 1) & (map_y >= 0) & (map_y <= size[1] - 1)
    wanted = cv2.remap(
        picture, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR
    )
    error = np.abs(tensor[0].transpose(1, 2, 0) - wanted)[inside]
    assert inside.mean() > 0.2 and error.mean() < 1.5


@pytest.mark.parametrize('size', [(160, 128), (161, 127)])
def test_the_gpu_gives_what_opencv_gives(size, flavour):
    spec = InputSpec(*size, colour='rgb', scale=1 / 255, mean=(0.4,) * 3, std=(0.2,) * 3)
    wanted, there = OpenCvPreprocessor().prepare(_image(PICTURE), spec)
    tensor, transform = VpiPreprocessor().for_unit(unit('gpu')).prepare(_image(PICTURE), spec)
    assert transform == there
    assert np.abs(tensor - wanted).mean() * 255 * 0.2 < MEAN_LEVELS['gpu']


def _nv12(picture, padding=0):
    """Return a picture as a camera gives it, with rows that are longer than the picture."""
    height, width = picture.shape[:2]
    planar = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)
    colours = planar[height:].reshape(2, height // 2, width // 2)
    rows = np.zeros((height * 3 // 2, width + padding), np.uint8)
    rows[:height, :width] = planar[:height]
    rows[height:, 0:width:2], rows[height:, 1:width:2] = colours
    return SourceImage.from_raw(
        rows.reshape(-1), width=width, height=height, encoding='nv12', step=width + padding
    )


@pytest.mark.parametrize('kind', ['gpu', 'vic'])
@pytest.mark.parametrize('resize', ['letterbox', 'stretch', 'crop'])
@pytest.mark.parametrize('padding', [0, 64])
def test_what_a_camera_gives_reaches_the_unit_as_it_is(kind, resize, padding, orin, monkeypatch):
    picture = cv2.GaussianBlur(PICTURE, (0, 0), 3)
    image, spec = _nv12(picture, padding), InputSpec(160, 144, resize=resize)
    wanted, there = OpenCvPreprocessor().prepare(_nv12(picture, padding), spec)
    one = VpiPreprocessor().for_unit(unit(kind))
    monkeypatch.setattr(image, 'bgr', lambda: pytest.fail('all of it was converted'))
    tensor, transform = one.prepare(image, spec)
    assert one.fallbacks == {} and transform == there
    assert np.abs(tensor - wanted).mean() < MEAN_LEVELS['vic']
    backend = {'gpu': 'CUDA', 'vic': 'VIC'}[kind]
    assert set(one.vision()._session.stream.submitted) == {(backend, 'rescale')}


def test_a_camera_of_the_networks_size_needs_no_unit(orin):
    one, spec = VpiPreprocessor().for_unit(unit('vic')), InputSpec(*SIZE)
    tensor, _ = one.prepare(_nv12(PICTURE), spec)
    assert (tensor == OpenCvPreprocessor().prepare(_nv12(PICTURE), spec)[0]).all()
    tiny, spec = _nv12(textured(12, 12)), InputSpec(64, 64)
    assert (one.prepare(tiny, spec)[0] == OpenCvPreprocessor().prepare(tiny, spec)[0]).all()
    assert list(one.fallbacks) == ['VIC rescale: needs 16x16, the source is 12x12']


def test_closing_waits_and_frees(orin):
    one = VpiPreprocessor().for_unit(unit('vic'))
    one.prepare(_image(PICTURE), InputSpec(64, 64))
    session = one.vision()._session
    vpi = module()
    images = [session.image(role, (64, 64), 'NV12_ER') for role in ('a', 'b')]
    images[0].rescale(images[1], backend=vpi.Backend.VIC, stream=session.stream)
    one.close()
    assert len(session._cache) == 0
    assert not any(image.pending for image in images)
    one.close()
    # it begins anew if it must
    one.prepare(_image(PICTURE), InputSpec(64, 64))
    assert one.vision()._session is not session


def test_what_a_unit_cannot_do_is_done_on_the_cpu_and_counted(orin):
    one = VpiPreprocessor().for_unit(unit('vic'))
    spec = InputSpec(64, 64)
    for _ in range(2):
        tensor, transform = one.prepare(_image(textured(12, 12)), spec)
    wanted, there = OpenCvPreprocessor().prepare(_image(textured(12, 12)), spec)
    assert (tensor == wanted).all() and transform == there
    assert one.fallbacks == {'VIC rescale: needs 16x16, the source is 12x12': 2}


def test_crops_are_those_of_opencv(orin):
    boxes = np.array([[0, 0, 32, 24], [60, 40, 90, 70]], np.float32)
    spec = InputSpec(16, 12, resize='stretch')
    crops = VpiPreprocessor().for_unit(unit('vic')).crops(_image(PICTURE), boxes, spec)
    assert (crops == OpenCvPreprocessor().crops(_image(PICTURE), boxes, spec)).all()


# --- every operation is OpenCV's, within tolerance -----------------------------------------------


@pytest.mark.parametrize('kind', ['gpu', 'vic'])
@pytest.mark.parametrize('picture', [PICTURE, GREY], ids=['colour', 'grey'])
@pytest.mark.parametrize('size', [(160, 120), (200, 100), (64, 48), (500, 400)])
def test_rescale(kind, picture, size, flavour):
    made = _ops(kind).rescale(picture, size)
    assert _mean(made, OPENCV.rescale(picture, size)) < MEAN_LEVELS[kind]


@pytest.mark.parametrize('kind', ['gpu', 'vic'])
@pytest.mark.parametrize('picture', [PICTURE, GREY], ids=['colour', 'grey'])
def test_remap_and_perspective_warp(kind, picture, flavour):
    ops, warp = _ops(kind), lens(*SIZE)
    for _ in range(2):
        assert _mean(ops.remap(picture, warp), OPENCV.remap(picture, warp)) < MEAN_LEVELS[kind]
    matrix = tilted(*SIZE)
    wanted = OPENCV.perspective_warp(picture, matrix, SIZE)
    assert _mean(ops.perspective_warp(picture, matrix, SIZE), wanted) < MEAN_LEVELS[kind]


@pytest.mark.parametrize('kind', ['gpu', 'vic'])
def test_convert(kind, flavour):
    ops = _ops(kind)
    planes = OPENCV.convert(PICTURE, 'BGR8', 'NV12_ER')
    bgra = ops.convert(planes, 'NV12_ER', 'BGRA8')
    assert _mean(bgra[..., :3], OPENCV.convert(planes, 'NV12_ER', 'BGR8')) < MEAN_LEVELS['vic']
    back = ops.convert(bgra, 'BGRA8', 'NV12_ER')
    assert all(_mean(a, b) < MEAN_LEVELS['vic'] for a, b in zip(back, planes))


@pytest.mark.parametrize('kind', ['gpu', 'pva'])
def test_point_flow(kind, flavour):
    ops = _ops(kind)
    points = OPENCV.harris(GREY)[0][:80]
    if kind == 'pva' and flavour == '2.4.8':
        with pytest.raises(UnsupportedOpError, match='PVA has no lk_flow in VPI 2'):
            ops.point_flow(GREY, GREY, points)
        return
    for right, down in ((2, 1), (-3, 2.5)):
        following = shifted(GREY, right, down)
        there, found = ops.point_flow(GREY, following, points)
        wanted, known = OPENCV.point_flow(GREY, following, points)
        assert (found == known).mean() > 0.97 and found.mean() > 0.5
        assert np.abs(there - wanted)[found & known].max() < PLACES_PX
    none = ops.point_flow(GREY, GREY, points[:0])
    assert none[0].shape == (0, 2) and none[1].shape == (0,)


def test_dense_flow(flavour):
    ops = _ops('ofa')
    for right, down in ((2, 1), (-3, 2.5)):
        following = shifted(GREY, right, down)
        field, wanted = ops.dense_flow(GREY, following), OPENCV.dense_flow(GREY, following)
        assert field.shape == wanted.shape and field.dtype == wanted.dtype
        inner = np.abs(field - wanted)[20:-20, 20:-20]
        assert np.median(inner) < PLACES_PX and (inner < FLOW_PX).mean() > 0.95
        points = OPENCV.harris(GREY)[0][:80]
        there, found = ops.point_flow(GREY, following, points)
        known, good = OPENCV.point_flow(GREY, following, points)
        assert found.mean() > 0.9
        assert np.median(np.abs(there - known)[found & good]) < PLACES_PX
    used = {(name, op) for name, op in ops._session.stream.submitted}
    assert used == {('VIC', 'convert'), ('OFA', 'optflow')}


def test_the_vectors_of_dense_flow_are_written_to_one_image(orin, monkeypatch):
    ops, vpi = _ops('ofa'), module()
    given, real = [], vpi.optflow_dense
    monkeypatch.setattr(
        vpi, 'optflow_dense', lambda *a, out, **k: (given.append(out), real(*a, out=out, **k))[1]
    )
    first = ops.dense_flow(GREY, shifted(GREY, 2, 0))
    kept = first.copy()
    ops.dense_flow(GREY, shifted(GREY, -3, 0))
    ops.dense_flow(GREY, shifted(GREY, 1, 0))
    assert given[0] is None and given[1] is not None and given[1] is given[2]
    assert (first == kept).all()
    # another size has its own
    ops.dense_flow(GREY[:64, :64], GREY[:64, :64])
    assert given[3] is None


def test_more_points_than_an_array_holds(orin):
    points = np.random.default_rng(1).uniform(20, 220, (5000, 2)).astype(np.float32)
    there, found = _ops('pva').point_flow(GREY, GREY, points)
    assert there.shape == points.shape
    assert np.abs(there - points)[found].max() < PLACES_PX


@pytest.mark.parametrize('kind', ['gpu', 'pva'])
def test_harris(kind, flavour):
    for picture in (squares(), GREY):
        places, scores = _ops(kind).harris(picture)
        wanted, _ = OPENCV.harris(picture)
        near = [np.hypot(*(wanted - place).T).min() < 2 for place in places[:40]]
        assert np.mean(near) > 0.9
        assert (np.diff(scores) <= 0).all() and scores.max() == 1


@pytest.mark.parametrize(('kind', 'reach'), [('gpu', 64), ('ofa', 128)])
def test_stereo(kind, reach, flavour):
    if kind == 'ofa' and flavour == '2.4.8':
        pytest.skip('OFA does stereo from VPI 3.0 on')
    right = grey(textured(*SIZE, seed=8))
    left = shifted(right, 9, 0)
    found = _ops(kind).stereo(left, right, max_disparity=reach)
    wanted = OPENCV.stereo(left, right, max_disparity=reach)
    known = np.isfinite(found) & np.isfinite(wanted)
    assert known.mean() > 0.3
    assert (np.abs(found - wanted)[known] < DISPARITY_PX).mean() > 0.95
    assert abs(np.nanmedian(found) - 9) < 0.1


@pytest.mark.parametrize('kind', ['gpu', 'vic'])
def test_noise_is_reduced_as_much_as_by_opencv(kind, flavour):
    calm = np.clip(PICTURE, 40, 210)
    ours, theirs = (ops.denoiser(SIZE, strength=1.0) for ops in (_ops(kind), OPENCV))
    for seed in range(10):
        noise = np.random.default_rng(seed).normal(0, 8, calm.shape)
        noisy = np.clip(calm + noise, 0, 255).astype(np.uint8)
        clean, wanted = ours(noisy), theirs(noisy)
    left, expected = (np.std(c.astype(float) - calm) for c in (clean, wanted))
    assert left < 4 and abs(left - expected) < 1.5
    ours.reset()
    # noise that is as it came (brightness; colours have half the size) shows that nothing was
    # remembered
    assert _mean(grey(clean), grey(noisy)) > 2.5
    assert _mean(grey(ours(noisy)), grey(noisy)) < 1
    with pytest.raises(UnsupportedOpError, match='made for 320x240 pixels, not 64x64'):
        ours(PICTURE[:64, :64])


SIDES = st.one_of(st.integers(1, 190), st.integers(30, 95).map(lambda half: 2 * half))
SIZES = st.tuples(SIDES, SIDES)

# --- what is planned the rules allow -------------------------------------------------------------


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(['gpu', 'vic', 'pva', 'ofa']),
    size=SIZES,
    target=SIZES,
    op=st.sampled_from(
        ['rescale', 'remap', 'perspective_warp', 'point_flow', 'dense_flow', 'harris', 'tnr']
    ),
    colour=st.booleans(),
)
def test_whatever_a_picture_is_it_is_done_or_refused_before_vpi_sees_it(
    kind, size, target, op, colour, flavour
):
    """Our table and the stand-in's were written apart; here they meet."""
    picture = np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8)
    plain = np.ascontiguousarray(picture[..., 0])
    shown = picture if colour else plain
    ops = _ops(kind)
    try:
        if op == 'rescale':
            made = ops.rescale(shown, target)
            assert (made.shape[1], made.shape[0]) == target
            assert format_of(made) == format_of(shown)
        elif op == 'remap':
            ops.remap(shown, lens(*target))
        elif op == 'perspective_warp':
            ops.perspective_warp(shown, np.eye(3), target)
        elif op == 'point_flow':
            ops.point_flow(plain, plain, np.array([[5, 5]], np.float32))
        elif op == 'dense_flow':
            assert ops.dense_flow(plain, plain).shape == (*plain.shape, 2)
        elif op == 'harris':
            ops.harris(plain)
        else:
            ops.denoiser(size)(picture)
    except UnsupportedOpError as refusal:
        assert '\n' not in str(refusal)


# --- memory and threads --------------------------------------------------------------------------


def test_images_are_made_once(orin, monkeypatch):
    vpi = module()
    made = []
    real = vpi.Image.__init__
    monkeypatch.setattr(
        vpi.Image, '__init__', lambda self, *a: (made.append(a), real(self, *a))[1]
    )
    one = VpiPreprocessor().for_unit(unit('vic'))
    for _ in range(3):
        one.prepare(_image(PICTURE), InputSpec(64, 64))
    once = len(made)
    for _ in range(10):
        one.prepare(_image(PICTURE), InputSpec(64, 64))
    assert 0 < len(made) == once


def test_memory_is_bounded_whatever_comes(orin):
    ops = _ops('vic')
    for width in range(64, 264, 2):
        ops.rescale(PICTURE, (width, 64))
        ops.remap(GREY, lens(width, 64))
    assert len(ops._session._cache) <= 48


def test_what_is_forgotten_is_not_in_use(orin):
    ops = _ops('gpu')
    session, vpi = ops._session, module()
    images = [session.image(role, (64, 64), 'BGR8') for role in ('a', 'b')]
    images[0].rescale(images[1], backend=vpi.Backend.CUDA, stream=session.stream)
    for index in range(47):
        assert images[0].pending
        session.image(index, (64, 64), 'BGR8')
    assert not images[0].pending


def test_closing_frees_the_stream_at_once(orin):
    """Not when Python looks for circles next: VPI's memory is no burden to Python's."""
    mine = found_once().for_unit(unit('gpu'))
    ops = mine.vision()
    ops.rescale(PICTURE, (64, 64))
    stream = weakref.ref(ops._session.stream)
    gc.disable()
    try:
        mine.close()
        assert stream() is None
    finally:
        gc.enable()


def test_plans_are_in_no_circle():
    unit_plans = UnitPlans(None, 'gpu', (3, 2), assumed=False)
    unit_plans.plan((Request(op='rescale', size=(64, 64)),), 'BGR8', SIZE, 'BGR8')
    gone = weakref.ref(unit_plans)
    gc.disable()
    try:
        del unit_plans
        assert gone() is None
    finally:
        gc.enable()


def test_closing_twice_is_closing(orin):
    ops = _ops('gpu')
    ops.rescale(PICTURE, (64, 64))
    for _ in range(2):
        ops.close()


def test_results_are_not_overwritten_by_the_next(orin):
    ops = _ops('vic')
    first = ops.rescale(PICTURE, (160, 120))
    kept = first.copy()
    ops.rescale(255 - PICTURE, (160, 120))
    assert (first == kept).all()


def test_units_work_at_the_same_time(orin):
    wrong = []

    def work(kind):
        ops = _ops(kind)
        for _ in range(8):
            if _mean(ops.rescale(PICTURE, (160, 120)), OPENCV.rescale(PICTURE, (160, 120))) > 3:
                wrong.append(kind)

    threads = [threading.Thread(target=work, args=(kind,)) for kind in ('vic', 'gpu')]
    run_together(*threads)
    assert not wrong


def test_only_the_unit_is_used(orin):
    for kind, backend in (('vic', 'VIC'), ('gpu', 'CUDA'), ('pva', 'PVA')):
        ops = _ops(kind)
        if kind == 'pva':
            ops.harris(GREY)
            ops.point_flow(GREY, GREY, np.array([[50, 50]], np.float32))
        else:
            ops.rescale(PICTURE, (160, 120))
            ops.remap(PICTURE, lens(*SIZE))
        used = {name for name, _ in ops._session.stream.submitted}
        assert used == {backend}
