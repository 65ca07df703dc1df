# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A plan never hands an operation what its backend forbids; where there is none it says why."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.execution.preprocess.formats import KEEPING
from edge_sched_ros.execution.vision import OPERATIONS
from edge_sched_ros.execution.vpi.capability import Request
from edge_sched_ros.execution.vpi.ops.rescale import requests
from edge_sched_ros.execution.vpi.planner import plan
from edge_sched_ros.execution.vpi.plans import Plan
from edge_sched_ros.execution.vpi.plans import Refusal
from edge_sched_ros.execution.vpi.table import CAPABILITIES
from edge_sched_ros.execution.vpi.table import capabilities
from edge_sched_ros.execution.vpi.table import kinds_by_op

VERSIONS = [(2, 4), (3, 2), (4, 1)]
SAMPLING = {'interpolation': 'linear', 'border': 'clamp'}
WARPING = {'interpolation': 'linear', 'border': 'zero'}


def _plan(kind, *wanted, source='BGR8', size=(640, 480), version=(3, 2), result='BGR8', **extra):
    return plan(wanted, source, size, kind=kind, version=version, wanted=result, **extra)


def _rescale(width, height):
    return Request(op='rescale', size=(width, height), parameters=SAMPLING)


def _remap(border='zero'):
    return Request(op='remap', parameters={'interpolation': 'linear', 'border': border})


def test_the_gpu_takes_a_camera_picture_as_it_is():
    way = _plan('gpu', _rescale(320, 240))
    assert [(s.op, s.backend, s.format) for s in way.steps] == [('rescale', 'CUDA', 'BGR8')]
    assert way.upload_format == 'BGR8'


def test_vic_gets_a_fourth_channel_while_the_picture_is_copied_in():
    way = _plan('vic', _rescale(320, 240))
    assert way.upload_format == 'BGRA8'
    assert [(s.op, s.backend, s.source_format) for s in way.steps] == [('rescale', 'VIC', 'BGRA8')]


def test_vic_keeps_nv12_of_a_camera_and_makes_the_colours_itself():
    way = _plan('vic', _rescale(320, 240), source='NV12_ER', result='BGRA8')
    assert way.upload_format == 'NV12_ER'
    assert sorted(s.op for s in way.steps) == ['convert', 'rescale']
    assert way.backends == {'VIC'}


def test_a_warp_on_vic_goes_by_nv12_since_it_takes_no_bgra():
    way = _plan('vic', _remap())
    assert way.upload_format == 'NV12_ER' and [s.op for s in way.steps] == ['remap']


def test_corners_on_pva_want_wide_numbers():
    corners = Request(op='harris', parameters={'min_distance': 8.0})
    way = _plan('pva', corners, source='U8', result='')
    assert way.upload_format == 'S16'
    near = Request(op='harris', parameters={'min_distance': 5.0})
    assert 'min_distance 8.0, not 5.0' in _plan('pva', near, source='U8', result='').reason


def test_ofa_is_helped_by_vic_with_the_block_linear_layout():
    match = Request(op='stereo', parameters={'max_disparity': 128, 'downscale': 1})
    way = _plan('ofa', match, source='U8', result='S16')
    assert [(s.op, s.backend) for s in way.steps] == [
        ('convert', 'VIC'),
        ('stereo', 'OFA'),
        ('convert', 'VIC'),
    ]
    assert way.steps[1].source_format == 'Y8_ER_BL' and way.steps[-1].format == 'S16'


@pytest.mark.parametrize(
    ('kind', 'request_', 'extra', 'reason'),
    [
        ('vic', _rescale(321, 240), {}, 'VIC rescale: needs even sides, the result is 321x240'),
        ('vic', _rescale(320, 240), {'size': (641, 480)}, 'the source is 641x480'),
        ('vic', _rescale(10, 10), {'size': (64, 64)}, 'needs 16x16, the result is 10x10'),
        ('vic', _rescale(32, 32), {'size': (640, 480)}, 'at most 16 times, not 640 to 32'),
        ('vic', _remap('clamp'), {}, 'takes border zero, not clamp'),
        ('pva', _remap(), {}, 'PVA has no remap in VPI 3.2, only from 4.1 on'),
        ('pva', _rescale(320, 240), {}, 'PVA has no rescale in VPI 3.2'),
        ('pva', _remap(), {'version': (4, 1)}, 'not documented with which formats'),
        ('ofa', _rescale(320, 240), {}, 'OFA has no rescale'),
    ],
)
def test_what_cannot_be_says_why(kind, request_, extra, reason):
    refusal = _plan(kind, request_, **extra)
    assert isinstance(refusal, Refusal) and reason in refusal.reason, refusal
    assert '\n' not in refusal.reason


def test_what_is_only_assumed_must_be_asked_for():
    way = _plan('pva', _remap(), version=(4, 1), assumed=True)
    assert isinstance(way, Plan) and way.backends == {'PVA'}


def test_which_units_can_do_what():
    here = frozenset({'CPU', 'CUDA', 'PVA', 'VIC', 'OFA'})
    old, middle, new = (kinds_by_op(version, here) for version in VERSIONS)
    # points are followed by one or the other flow
    assert set(middle) == set(OPERATIONS) - {'point_flow'} | {'lk_flow'}
    assert set(middle['rescale']) == {'gpu', 'vic'}
    assert 'pva' not in old['lk_flow'] and 'pva' in middle['lk_flow']
    assert 'ofa' not in old['stereo'] and 'ofa' in middle['stereo']
    # documented without formats: no work is planned on a guess
    assert 'pva' not in new['remap']
    assert kinds_by_op((3, 2), frozenset({'CPU'}))['rescale'] == ()
    assert middle['dense_flow'] == ('ofa',)
    # without VIC nobody makes what OFA takes
    alone = kinds_by_op((3, 2), here - {'VIC'})
    assert alone['dense_flow'] == () and alone['stereo'] == ('gpu',)


SIDES = st.integers(1, 2500)
SIZES = st.tuples(SIDES, SIDES)
CHAIN = st.lists(
    st.one_of(
        st.builds(_rescale, SIDES, SIDES),
        st.builds(_remap, st.sampled_from(['zero', 'clamp'])),
        st.builds(
            lambda size: Request(op='perspective_warp', size=size, parameters=WARPING), SIZES
        ),
        st.builds(
            lambda target: Request(op='convert', target=target),
            st.sampled_from(['BGRA8', 'NV12_ER', 'Y8_ER', 'RGB8', 'U8', 'S16']),
        ),
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=600)
@given(
    chain=CHAIN,
    kind=st.sampled_from(['gpu', 'vic', 'pva', 'ofa']),
    source=st.sampled_from(['BGR8', 'U8', 'NV12_ER', 'BGRA8']),
    result=st.sampled_from(['BGR8', 'U8', 'NV12_ER', 'BGRA8', '']),
    size=st.one_of(SIZES, st.sampled_from([(640, 480), (1280, 720), (64, 48)])),
    version=st.sampled_from(VERSIONS),
    assumed=st.booleans(),
)
def test_a_plan_never_does_what_a_backend_forbids(
    chain, kind, source, result, size, version, assumed
):
    way = plan(chain, source, size, kind=kind, version=version, wanted=result, assumed=assumed)
    if isinstance(way, Refusal):
        assert way.reason and '\n' not in way.reason
        return
    _check(way, chain, source, result, size, version, kind)


def _check(way, chain, source, result, size, version, kind):
    assert way.upload_format == source or (source, way.upload_format) in KEEPING
    name, here = way.upload_format, size
    own = {'gpu': 'CUDA', 'vic': 'VIC', 'pva': 'PVA', 'ofa': 'OFA'}[kind]
    for step in way.steps:
        assert (step.source_format, step.source_size) == (name, here)
        # at least one documented way of this backend, in this version, has nothing against it
        ways = capabilities(step.op, step.backend, version)
        assert any(not c.problem(step.request, name, here) for c in ways)
        if 'NV12_ER' in (name, step.format):
            assert not any(side % 2 for side in (*here, *step.size))
        if step.backend == 'VIC':
            assert not any(side % 2 for side in (*here, *step.size))
            assert not {'BGR8', 'RGB8'} & {name, step.format}
        assert step.backend == own or (own == 'OFA' and step.backend == 'VIC')
        name, here = step.format, step.size
    assert not result or name == result or (name, result) in KEEPING
    # what was asked for is there, in order
    asked = iter(way.steps)
    for request in chain:
        assert any(step.request is request for step in asked)


@settings(deadline=None, max_examples=300)
@given(SIZES, SIZES)
def test_rescaling_never_skips_pixels_and_arrives(source, target):
    sizes = [source, *(request.size for request in requests(source, target, 'area'))]
    assert sizes[-1] == target
    for before, after in pairwise(sizes):
        for here, there in zip(before, after):
            assert there * 2 >= here
    assert len(sizes) <= 14


def test_every_operation_names_its_backends_once_and_none_takes_what_nobody_makes():
    for op, ways in CAPABILITIES.items():
        assert {way.backend for way in ways} <= {'CPU', 'CUDA', 'PVA', 'VIC', 'OFA'}, op
        assert ways, op
