# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Operations with a memory or of two pictures."""

import cv2
import numpy as np

from vpi import _rules
from vpi._backends import Backend
from vpi._backends import fail
from vpi._backends import Format
from vpi._backends import OptFlowQuality
from vpi._backends import TNRPreset
from vpi._backends import TNRVersion
from vpi._backends import VERSION
from vpi._colours import from_bgr
from vpi._colours import to_bgr
from vpi._images import Image
from vpi._images import Pyramid
from vpi._memory import Array
from vpi._memory import kept_status
from vpi._stream import Stream


class OpticalFlowPyrLK:
    """Follows points from the frame it was made with to the next."""

    def __init__(self, frame, keypoints, *, kptstatus=None, backend=Backend.DEFAULT):
        self._name = _rules.backend_for('pyrlk', backend)
        if not isinstance(frame, Pyramid):
            fail('INVALID_ARGUMENT', 'this fake takes pyramids only')
        _rules.check_image('pyrlk', self._name, frame)
        if keypoints.planes[0].dtype != np.float32 or keypoints.planes[0].shape[1:] != (2,):
            fail('INVALID_ARRAY_TYPE', 'keypoints are pairs of float32')
        self._backend = backend
        self._previous = frame
        self._points = keypoints
        self._stream = Stream.current()
        # making it sets up state on the current stream
        self._stream.enqueue('pyrlk', self._name, [frame, keypoints], [], lambda: None)

    def __call__(
        self,
        frame,
        keypoints=None,
        *,
        winsize=11,
        termcriteria=3,
        epsilon=0.0,
        maxiter=6,
        stream=None,
    ):
        _rules.check_image('pyrlk', self._name, frame)
        if not 6 <= winsize <= 32:
            fail('INVALID_ARGUMENT', 'winsize is from 6 to 32')
        if self._name == 'PVA' and (winsize not in (7, 9, 11) or not 1 <= maxiter <= 32):
            fail('INVALID_ARGUMENT', f'PVA: winsize {winsize}, maxiter {maxiter}')
        count = self._points.size
        found = Array(np.zeros((max(count, 1), 2), np.float32), count)
        status = Array(np.zeros(max(count, 1), np.uint8), count)
        before, points = self._previous, self._points

        def work():
            start = points.planes[0][:count].reshape(-1, 1, 2).copy()
            if not count:
                return
            there, good, _ = cv2.calcOpticalFlowPyrLK(
                before.planes[0],
                frame.planes[0],
                start,
                None,
                winSize=(winsize, winsize),
                maxLevel=before.levels - 1,
                criteria=(3, maxiter, 0.02),
            )
            lost = good.reshape(-1) == 0
            if VERSION == (3, 2) and kept_status['lost'] is not None:
                lost = lost | np.resize(kept_status['lost'], count)
            kept_status['lost'] = lost if lost.any() else kept_status['lost']
            found.planes[0][:count] = there.reshape(-1, 2)
            status.planes[0][:count] = lost

        (stream or Stream.current()).enqueue(
            'pyrlk', self._name, [before, frame, points], [found, status], work
        )
        self._previous = frame
        return found, status


def stereodisp(
    left,
    right,
    *,
    backend=Backend.DEFAULT,
    out=None,
    downscale=1,
    out_confmap=None,
    window=5,
    maxdisp=64,
    confthreshold=32767,
    quality=6,
    stream=None,
):
    """Return disparity in 1/32 pixel."""
    name = _rules.backend_for('stereo', backend)
    for image in (left, right):
        _rules.check_image('stereo', name, image)
        if image.pending and name == 'OFA':
            fail('BUFFER_LOCKED', 'a conversion still holds the image exclusively')
    wanted = 'S16_BL' if name == 'OFA' else 'S16'
    if out.format.name != wanted:
        fail('INVALID_IMAGE_FORMAT', f'{name} gives {wanted}')
    if left.size != right.size or left.size != out.size:
        fail('INVALID_ARGUMENT', 'sizes differ')
    if name == 'OFA' and maxdisp not in (128, 256):
        fail('INVALID_ARGUMENT', 'OFA: maxdisp is 128 or 256')
    if maxdisp > 256 or (name == 'CUDA' and downscale != 1):
        fail('INVALID_ARGUMENT', f'maxdisp {maxdisp}, downscale {downscale}')

    def work():
        # Birchfield-Tomasi differences of another window than ours: the same scene, not the
        # same numbers
        matcher = cv2.StereoSGBM_create(
            0, maxdisp, window, 4 * window**2, 24 * window**2, uniquenessRatio=10
        )
        found = matcher.compute(left.planes[0], right.planes[0]).astype(np.int32)
        out.planes = [(found * 2).astype(np.int16)]

    (stream or Stream.current()).enqueue('stereo', name, [left, right], [out], work)
    return out


def optflow_dense(
    ref, frame, *, out=None, quality=OptFlowQuality.HIGH, backend=Backend.DEFAULT, stream=None
):
    """Return how blocks of 4x4 pixels move, in 1/32 pixel."""
    name = _rules.backend_for('optflow', backend)
    for image in (ref, frame):
        _rules.check_image('optflow', name, image)
        if image.pending:
            fail('BUFFER_LOCKED', 'a conversion still holds the image exclusively')
    if ref.size != frame.size:
        fail('INVALID_ARGUMENT', 'sizes differ')
    if not isinstance(quality, OptFlowQuality):
        fail('INVALID_ARGUMENT', f'quality {quality!r}')
    size = (-(-ref.width // 4), -(-ref.height // 4))
    out = Image(size, Format._2S16_BL) if out is None else out
    if out.size != size or out.format is not Format._2S16_BL:
        fail('INVALID_IMAGE_FORMAT', f'the result is {size} of 2S16_BL')

    def work():
        # another method than ours: the same movement, not the same numbers
        flow = cv2.calcOpticalFlowFarneback(
            ref.planes[0], frame.planes[0], None, 0.5, 4, 21, 5, 7, 1.5, 0
        )
        blocks = cv2.resize(flow, size, interpolation=cv2.INTER_AREA)
        out.planes = [np.floor(blocks * 32).astype(np.int16)]

    (stream or Stream.current()).enqueue('optflow', name, [ref, frame], [out], work)
    return out


class TemporalNoiseReduction:
    """Half of the frame before, half of this one, where little changed."""

    def __init__(self, size, format, version=TNRVersion.DEFAULT, backend=Backend.DEFAULT):
        self._name = _rules.backend_for('tnr', backend)
        if format.name not in _rules.FORMATS['tnr'][self._name]:
            fail('INVALID_IMAGE_FORMAT', f'tnr takes no {format.name}')
        _rules.check_size('tnr', self._name, size)
        if self._name == 'VIC' and version is TNRVersion.V2 and VERSION >= (3, 0):
            fail('NOT_SUPPORTED', 'version 2 is no more on VIC')
        self._size, self._format = tuple(size), format
        self._kept = None
        self._before = None

    def __call__(self, input, *, stream=None, preset=TNRPreset.DEFAULT, strength=0.5):
        if input.size != self._size or input.format is not self._format:
            fail('INVALID_ARGUMENT', 'made for another size or format')
        # whether it looks at the frame before or at what it made of it is not documented
        if input is self._before:
            fail('BUFFER_LOCKED', 'the filter still holds the frame before')
        self._before = input
        out = Image(self._size, self._format)

        def work():
            here = to_bgr(input.planes, self._format.name).astype(np.float32)
            kept = here if self._kept is None else self._kept
            change = np.abs(cv2.blur((here - kept).mean(axis=2), (5, 5)))[..., None]
            gain = np.clip(change / 20 + 1 - 0.8 * strength, 0, 1)
            self._kept = kept + gain * (here - kept)
            out.planes = from_bgr(np.rint(self._kept).astype(np.uint8), self._format.name)

        (stream or Stream.current()).enqueue('tnr', self._name, [input], [out], work)
        return out
