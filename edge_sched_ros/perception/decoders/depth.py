# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The base of all depth decoders: shape, range, position in the source."""

from __future__ import annotations

from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.decoders.values import check_plane
from edge_sched_ros.perception.results import DepthMap


class DepthDecoder(Decoder):
    """
    Reads one plane, 1x1xHxW, 1xHxW or 1xHxWx1; values out of range become NaN.

    Padding of a letterboxed input is cut off.
    """

    output = 'depth'
    defaults: ClassVar[dict[str, Any]] = {'min_m': 0.1, 'max_m': 100.0, 'scale': 1.0, 'shift': 0.0}
    ranges: ClassVar[dict[str, tuple[float, float]]] = {
        'min_m': (0.0, 1e6),
        'max_m': (0.0, 1e6),
        'scale': (-1e6, 1e6),
        'shift': (-1e6, 1e6),
    }
    meanings: ClassVar[dict[str, str]] = {
        'min_m': 'Minimum depth, in metres; nearer points are unknown (NaN)',
        'max_m': 'Maximum depth, in metres; farther points are unknown (NaN)',
        'scale': 'Factor for the output values of the network',
        'shift': 'Offset added to the values after scale',
    }

    def set_option(self, name: str, value: Any) -> None:
        """Change an option; :raises ConfigError: also for a scale of zero."""
        before = self.options
        super().set_option(name, value)
        if name == 'scale' and not self.options[name]:
            self.options = before
            raise self.bad_option(name, 'must not be 0: all pixels would have the same depth')

    def check_together(self) -> None:
        """Check that the range is not empty; :raises ConfigError: when it is."""
        least, most = self.options['min_m'], self.options['max_m']
        if not least < most:
            raise self.bad_option('min_m', f'must be below max_m ({most:g}), not {least:g}')

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that the first output is one plane with the proportions of the input."""
        plane = _plane(outputs[0].shape)
        if plane is None or not self._fits(*plane):
            size = f'{self.spec.input.height}x{self.spec.input.width}'
            raise self.misfit(f'one output 1x1xHxW, a picture of its input ({size})', outputs)

    def _fits(self, height: int | None, width: int | None) -> bool:
        if height is None or width is None:
            return True
        have, want = width * self.spec.input.height, height * self.spec.input.width
        # networks that reduce the size round it
        rounding = self.spec.input.height + self.spec.input.width
        return min(height, width) > 1 and abs(have - want) <= max(rounding, 0.1 * want)

    def metres(self, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return depth in metres from the network's (scaled and shifted) values."""
        raise NotImplementedError

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> DepthMap:
        """Return the depth of one picture."""
        raw = outputs[0]
        check_plane(raw, self.output_names[0])
        plane = raw.reshape([size for size in raw.shape if size != 1]).astype(np.float32)
        plane = plane * np.float32(self.options['scale']) + np.float32(self.options['shift'])
        with np.errstate(divide='ignore', invalid='ignore'):
            depth = self.metres(plane)
            good = (depth >= self.options['min_m']) & (depth <= self.options['max_m'])
        return self._in_source(np.where(good, depth, np.nan).astype(np.float32), transform)

    def _in_source(self, depth: NDArray[np.float32], transform: Transform) -> DepthMap:
        """Remove the padding, and return the rest with its position in the source."""
        shrink_x = depth.shape[1] / self.spec.input.width
        shrink_y = depth.shape[0] / self.spec.input.height
        scale_x, scale_y = transform.scale_x * shrink_x, transform.scale_y * shrink_y
        left, top = transform.offset_x * shrink_x, transform.offset_y * shrink_y
        x0, y0 = max(0, round(left)), max(0, round(top))
        x1 = min(depth.shape[1], max(x0 + 1, round(left + transform.source_width * scale_x)))
        y1 = min(depth.shape[0], max(y0 + 1, round(top + transform.source_height * scale_y)))
        return DepthMap(depth[y0:y1, x0:x1], scale_x, scale_y, left - x0, top - y0)


def _plane(shape: tuple[int | None, ...]) -> tuple[int | None, int | None] | None:
    """Return height and width of the only plane, or ``None`` if there is not exactly one."""
    if len(shape) == 2 and None not in shape:
        return shape[0], shape[1]
    if shape[:1] not in ((1,), (None,)):
        return None
    if len(shape) == 3:
        return shape[1], shape[2]
    if len(shape) == 4 and shape[3] == 1 and shape[1] != 1:
        return shape[1], shape[2]
    if len(shape) == 4 and shape[1] in (1, None):
        return shape[2], shape[3]
    return None
