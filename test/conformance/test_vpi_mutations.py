# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The stand-in of VPI catches the mistakes one can make: each is made here, and must not pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_vpi import forget
from fake_vpi import found_once
from fake_vpi import install
from fake_vpi import module
from fake_vpi import unit
from pictures import grey
from pictures import lens
from pictures import shifted
from pictures import textured

from edge_sched_ros.execution.preprocess.opencv_ops import OpenCvOps
from edge_sched_ros.execution.vpi import buffers
from edge_sched_ros.execution.vpi import session
from edge_sched_ros.execution.vpi import table
from edge_sched_ros.execution.vpi import unit_flow
from edge_sched_ros.execution.vpi.capability import Capability
from edge_sched_ros.execution.vpi.ops import dense_flow
from edge_sched_ros.execution.vpi.ops import rescale
from edge_sched_ros.execution.vpi.ops import stereo

PICTURE = textured()
GREY = grey(PICTURE)


@pytest.fixture(autouse=True)
def orin(monkeypatch):
    install(monkeypatch, '3.2.4')
    yield
    forget(monkeypatch)


def _ops(kind):
    return found_once().for_unit(unit(kind)).vision()


def _no_objection(monkeypatch):
    monkeypatch.setattr(Capability, 'problem', lambda *_: '')


def test_reading_without_waiting(monkeypatch):
    monkeypatch.setattr(session.Session, 'sync', lambda self: None)
    with pytest.raises(RuntimeError, match='sync first'):
        _ops('gpu').rescale(PICTURE, (160, 120))


def test_points_read_without_waiting(monkeypatch):
    monkeypatch.setattr(session.Session, 'sync', lambda self: None)
    with pytest.raises(RuntimeError, match='sync first'):
        _ops('gpu').harris(GREY)


def test_a_view_that_escapes_its_lock(monkeypatch):
    wanted = OpenCvOps().rescale(PICTURE, (160, 120))
    assert np.abs(_ops('gpu').rescale(PICTURE, (160, 120)).astype(int) - wanted).max() <= 1
    monkeypatch.setattr(buffers, 'read_planes', lambda source, *_: list(source))
    escaped = _ops('gpu').rescale(PICTURE, (160, 120))
    assert np.abs(escaped.astype(int) - wanted).mean() > 20


def test_points_that_escape_their_lock(monkeypatch):
    following = shifted(GREY, 2, 1)
    points = OpenCvOps().harris(GREY)[0][:40]
    right = _ops('gpu').point_flow(GREY, following, points)[0]
    monkeypatch.setattr(session.np, 'array', lambda view, copy: view)
    assert not np.allclose(_ops('gpu').point_flow(GREY, following, points)[0], right, atol=5)


def test_a_format_vic_does_not_take(monkeypatch):
    _no_objection(monkeypatch)
    with pytest.raises(RuntimeError, match='INVALID_IMAGE_FORMAT: rescale on VIC takes no BGR8'):
        _ops('vic').rescale(PICTURE, (160, 120))


def test_odd_sides_on_vic(monkeypatch):
    loose = tuple(
        replace(c, even=False) if c.backend == 'VIC' else c for c in table.CAPABILITIES['rescale']
    )
    monkeypatch.setitem(table.CAPABILITIES, 'rescale', loose)
    with pytest.raises(RuntimeError, match='needs even sides'):
        _ops('vic').rescale(PICTURE, (161, 120))


def test_remap_on_pva_before_it_had_it(monkeypatch):
    early = tuple(
        replace(c, since=(2, 0), assumed=False) if c.backend == 'PVA' else c
        for c in table.CAPABILITIES['remap']
    )
    monkeypatch.setitem(table.CAPABILITIES, 'remap', early)
    with pytest.raises(RuntimeError, match=r'NOT_IMPLEMENTED: remap is not on PVA in \(3, 2\)'):
        _ops('pva').remap(GREY, lens())


def test_another_border_on_vic(monkeypatch):
    def submit(session, source, result, backend):
        vpi = session.vpi
        source.rescale(
            result,
            interp=vpi.Interp.LINEAR,
            border=vpi.Border.ZERO,
            backend=session.backend(backend),
            stream=session.stream,
        )

    monkeypatch.setattr(rescale, 'submit', submit)
    _ops('gpu').rescale(PICTURE, (160, 120))
    with pytest.raises(RuntimeError, match='rescale on VIC is LINEAR and CLAMP'):
        _ops('vic').rescale(PICTURE, (160, 120))


def test_a_backend_the_stream_was_not_made_for(monkeypatch):
    ops = _ops('vic')
    ops._session.stream = module().Stream(module().Backend.CUDA)
    with pytest.raises(RuntimeError, match='VIC is not enabled on the stream'):
        ops.rescale(PICTURE, (160, 120))


def test_points_kept_lost_by_a_cache_nobody_clears(monkeypatch):
    points = OpenCvOps().harris(GREY)[0][:40]
    blank = np.zeros_like(GREY)

    def found_after_losing_all():
        ops = _ops('pva')
        ops.point_flow(GREY, blank, points)
        return ops.point_flow(GREY, GREY, points)[1].mean()

    assert found_after_losing_all() > 0.8
    monkeypatch.setattr(session.Session, 'clear_cache', lambda self: None)
    assert found_after_losing_all() < 0.5


def test_flow_made_on_a_stream_nobody_waits_for(monkeypatch):
    vpi = module()
    monkeypatch.setattr(vpi.Stream, '__enter__', lambda self: self)
    monkeypatch.setattr(vpi.Stream, '__exit__', lambda self, *_: None)
    with pytest.raises(RuntimeError, match='another stream is using a buffer'):
        _ops('gpu').point_flow(GREY, GREY, np.array([[50, 50]], np.float32))


def test_stereo_on_ofa_while_a_conversion_holds_the_pictures(monkeypatch):
    ops = _ops('ofa')
    ops.stereo(GREY, GREY, max_disparity=128)
    real = stereo.submit

    def submit(session, *arguments, **numbers):
        monkeypatch.setattr(session, 'sync', lambda: None)
        try:
            real(session, *arguments, **numbers)
        finally:
            monkeypatch.undo()

    monkeypatch.setattr(stereo, 'submit', submit)
    with pytest.raises(RuntimeError, match='holds the image exclusively'):
        ops.stereo(GREY, GREY, max_disparity=128)


def test_dense_flow_while_a_conversion_holds_the_pictures(monkeypatch):
    ops = _ops('ofa')
    ops.dense_flow(GREY, GREY)
    real = dense_flow.run

    def run(session, *arguments):
        monkeypatch.setattr(session, 'sync', lambda: None)
        try:
            return real(session, *arguments)
        finally:
            monkeypatch.undo()

    monkeypatch.setattr(unit_flow.dense_flow, 'run', run)
    with pytest.raises(RuntimeError, match='holds the image exclusively'):
        ops.dense_flow(GREY, GREY)


def test_work_on_an_image_that_is_locked():
    vpi = module()
    stream = vpi.Stream(vpi.Backend.CUDA)
    source, result = (vpi.Image((64, 64), vpi.Format.U8) for _ in range(2))
    with source.rlock_cpu():
        source.rescale(result, backend=vpi.Backend.CUDA, stream=stream)
    with pytest.raises(RuntimeError, match='BUFFER_LOCKED: rescale on a buffer that is locked'):
        stream.sync()


def test_a_lock_while_the_stream_is_at_work():
    vpi = module()
    stream = vpi.Stream(vpi.Backend.CUDA)
    source, result = (vpi.Image((64, 64), vpi.Format.U8) for _ in range(2))
    source.rescale(result, backend=vpi.Backend.CUDA, stream=stream)
    for image in (source, result):
        with pytest.raises(RuntimeError, match='sync first'):
            image.wlock_cpu().__enter__()
        with pytest.raises(RuntimeError, match='sync first'):
            image.cpu()
    stream.sync()
    copy = result.cpu()
    with result.wlock_cpu() as view:
        view[...] = 200
    assert (result.cpu() == 200).all() and not (copy == 200).all()
    assert not (view == 200).any()


def test_block_linear_memory_is_not_for_the_cpu():
    vpi = module()
    with pytest.raises(RuntimeError, match='cannot be locked'):
        vpi.Image((64, 64), vpi.Format.Y8_ER_BL).rlock_cpu()
