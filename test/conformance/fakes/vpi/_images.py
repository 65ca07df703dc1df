# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Images, pyramids, warp maps, and the operations that are methods of images."""

import cv2
import numpy as np

from vpi import _rules
from vpi._backends import Backend
from vpi._backends import Border
from vpi._backends import Conversion
from vpi._backends import fail
from vpi._backends import Format
from vpi._backends import Interp
from vpi._colours import from_bgr
from vpi._colours import shapes
from vpi._colours import to_bgr
from vpi._memory import Array
from vpi._memory import Buffer
from vpi._stream import Stream


class Image(Buffer):
    """A picture of VPI; its memory holds rubbish until somebody writes."""

    def __init__(self, size, format):
        if min(size) < 1:
            fail('INVALID_ARGUMENT', f'size {size}')
        if not isinstance(format, Format):
            fail('INVALID_ARGUMENT', f'format {format!r}')
        if format.name == 'NV12_ER' and (size[0] % 2 or size[1] % 2):
            fail('INVALID_ARGUMENT', f'NV12 needs even sides, not {size}')
        self.size = tuple(size)
        self.format = format
        super().__init__(
            [np.full(shape, 77, dtype) for shape, dtype in shapes(format.name, self.size)]
        )

    @property
    def width(self):
        """Pixels across."""
        return self.size[0]

    @property
    def height(self):
        """Pixels down."""
        return self.size[1]

    def rlock_cpu(self):
        """Lock for reading; block-linear memory has no meaning for the CPU."""
        self._check_linear()
        return super().rlock_cpu()

    def wlock_cpu(self):
        """Lock for writing."""
        self._check_linear()
        return super().wlock_cpu()

    def _check_linear(self):
        # the vendor's sample locks the vectors that dense flow makes, whatever their layout
        if self.format.name.endswith('_BL') and self.format is not Format._2S16_BL:
            fail('INVALID_OPERATION', f'{self.format.name} cannot be locked for the CPU')

    def convert(
        self,
        out,
        *,
        policy=Conversion.CLAMP,
        scale=1,
        offset=0,
        backend=Backend.DEFAULT,
        stream=None,
    ):
        """Convert the format."""
        out = Image(self.size, out) if isinstance(out, Format) else out
        name = _rules.backend_for('convert', backend)
        _rules.check_image('convert', name, self)
        _rules.check_image('convert', name, out)
        _rules.check_conversion(name, self.format.name, out.format.name)
        if out.size != self.size:
            fail('INVALID_ARGUMENT', 'convert changes no size')
        if name == 'VIC' and (policy is not Conversion.CLAMP or scale != 1 or offset != 0):
            fail('INVALID_ARGUMENT', 'VIC converts with CLAMP, scale 1, offset 0')
        return self._enqueue('convert', name, out, lambda bgr: bgr, stream)

    def rescale(
        self,
        out,
        *,
        interp=Interp.LINEAR,
        border=Border.CLAMP,
        backend=Backend.DEFAULT,
        stream=None,
    ):
        """Change the size."""
        out = Image(out, self.format) if isinstance(out, tuple) else out
        name = _rules.backend_for('rescale', backend)
        _rules.check_image('rescale', name, self)
        _rules.check_image('rescale', name, out)
        _rules.check_sampling('rescale', name, interp, border)
        self._same_format(out)
        if name == 'VIC':
            for before, after in zip(self.size, out.size):
                if not before / 16 <= after <= before * 16:
                    fail('INVALID_ARGUMENT', f'VIC rescales up to 16 times: {before} to {after}')
        return self._enqueue(
            'rescale',
            name,
            out,
            lambda bgr: cv2.resize(bgr, out.size, interpolation=cv2.INTER_LINEAR),
            stream,
        )

    def remap(
        self,
        wmap,
        size=None,
        *,
        backend=Backend.DEFAULT,
        out=None,
        interp=Interp.LINEAR,
        border=Border.ZERO,
        stream=None,
    ):
        """Warp by a map."""
        name = _rules.backend_for('remap', backend)
        out = Image(size or wmap.size, self.format) if out is None else out
        if out.size != wmap.size:
            fail('INVALID_ARGUMENT', 'the result must be as large as the warp grid')
        _rules.check_image('remap', name, self)
        _rules.check_image('remap', name, out)
        _rules.check_sampling('remap', name, interp, border)
        self._same_format(out)
        width, height = wmap.size
        points = np.asarray(wmap)[:height, :width]
        return self._enqueue(
            'remap',
            name,
            out,
            lambda bgr: cv2.remap(bgr, points[..., 0], points[..., 1], cv2.INTER_LINEAR),
            stream,
        )

    def perspwarp(
        self,
        xform,
        out=None,
        *,
        grid=None,
        interp=Interp.LINEAR,
        border=Border.ZERO,
        backend=Backend.DEFAULT,
        stream=None,
    ):
        """Warp by a matrix from source to result."""
        name = _rules.backend_for('perspwarp', backend)
        out = Image(self.size, self.format) if out is None else out
        matrix = np.array(xform, np.float64)
        if matrix.shape != (3, 3):
            fail('INVALID_ARGUMENT', 'a transform is 3x3')
        _rules.check_image('perspwarp', name, self)
        _rules.check_image('perspwarp', name, out)
        _rules.check_sampling('perspwarp', name, interp, border)
        self._same_format(out)
        return self._enqueue(
            'perspwarp', name, out, lambda bgr: cv2.warpPerspective(bgr, matrix, out.size), stream
        )

    def gaussian_pyramid(self, levels, scale=0.5, *, backend=Backend.DEFAULT, stream=None):
        """Make a pyramid."""
        name = _rules.backend_for('gaussian_pyramid', backend)
        _rules.check_image('gaussian_pyramid', name, self)
        if name == 'PVA':
            if levels > 10 or scale != 0.5:
                fail('INVALID_ARGUMENT', 'PVA pyramids have 10 levels of scale 0.5 at most')
            if min(self.size) >> (levels - 1) < 18:
                fail('INVALID_ARGUMENT', 'the smallest level on PVA is 18x18')
        pyramid = Pyramid(self, levels)

        def work():
            pyramid.planes = [self.planes[0].copy()]

        (stream or Stream.current()).enqueue('gaussian_pyramid', name, [self], [pyramid], work)
        return pyramid

    def harriscorners(
        self,
        *,
        backend=Backend.DEFAULT,
        out_features=None,
        out_scores=None,
        gradient_size=3,
        block_size=3,
        strength=20.0,
        sensitivity=0.0625,
        min_nms_distance=8.0,
        stream=None,
    ):
        """Find corners, in raster order, at most 8192."""
        name = _rules.backend_for('harris', backend)
        _rules.check_image('harris', name, self)
        if not {gradient_size, block_size} <= {3, 5, 7}:
            fail('INVALID_ARGUMENT', 'windows are 3, 5 or 7')
        if name == 'PVA' and min_nms_distance != 8:
            fail('INVALID_ARGUMENT', 'on PVA the distance is 8')
        features = Array(np.zeros((8192, 2), np.float32))
        scores = Array(np.zeros(8192, np.uint32))

        def work():
            grey = self.planes[0].astype(np.uint8)
            found = cv2.goodFeaturesToTrack(
                grey, 8192, 1e-4, min_nms_distance, useHarrisDetector=True, k=sensitivity
            )
            places = np.zeros((0, 2), np.float32) if found is None else found.reshape(-1, 2)
            places = places[np.lexsort((places[:, 0], places[:, 1]))]
            value = cv2.cornerHarris(grey, block_size, gradient_size, sensitivity)
            value *= 1e6 / max(float(value.max()), 1e-12)
            features._size = scores._size = len(places)
            features.planes[0][: len(places)] = places
            columns, rows = places.astype(int).T if len(places) else ([], [])
            scores.planes[0][: len(places)] = value[rows, columns]

        (stream or Stream.current()).enqueue('harris', name, [self], [features, scores], work)
        return features, scores

    def _same_format(self, out):
        if out.format is not self.format:
            fail('INVALID_IMAGE_FORMAT', f'{self.format.name} to {out.format.name}')

    def _enqueue(self, op, name, out, change, stream):
        if out is self:
            fail('INVALID_ARGUMENT', f'{op} cannot be done in place')

        def work():
            bgr = change(to_bgr(self.planes, self.format.name))
            out.planes = from_bgr(bgr, out.format.name)

        (stream or Stream.current()).enqueue(op, name, [self], [out], work)
        return out


class Pyramid(Buffer):
    """A pyramid; OpenCV makes its own, so that only the base is kept."""

    def __init__(self, base, levels):
        super().__init__([])
        self.size = base.size
        self.format = base.format
        self.levels = levels


class WarpGrid:
    """A dense grid."""

    def __init__(self, size, interval=1):
        if size[0] < 64 or size[1] < 16:
            fail('INVALID_ARGUMENT', f'a region of a warp grid is at least 64x16, not {size}')
        self.size = tuple(size)


class WarpMap:
    """Control points; rows are padded, as those of the real one."""

    def __init__(self, grid):
        self.size = grid.size
        width, height = grid.size
        self._points = np.zeros((-(-height // 16) * 16 + 16, width, 2), np.float32)

    def __array__(self, dtype=None, copy=None):
        return self._points
