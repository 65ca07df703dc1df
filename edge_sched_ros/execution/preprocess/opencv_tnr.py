# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Temporal noise reduction on the CPU: a recursive filter that is off where there is motion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.vision import Picture

#: mean change of brightness from which it counts as motion, in levels of 0..255
MOTION_LEVELS = 24.0
#: minimum share of a new frame, at full strength
LEAST_GAIN = 0.15


class OpenCvDenoiser:
    """
    ``kept += gain * (frame - kept)`` per pixel.

    The gain is 1 where brightness, averaged over 5x5 pixels, changed by :data:`MOTION_LEVELS` or
    more, so that moving objects leave no trail, and falls linearly to ``1 - strength * (1 -
    LEAST_GAIN)`` where nothing changed. NVIDIA's own filter is not published: this one has the
    same purpose, but gives other pixels.

    :param strength: 0 (none) to 1
    """

    def __init__(self, strength: float = 0.5) -> None:
        self._least_gain = 1 - min(max(strength, 0.0), 1.0) * (1 - LEAST_GAIN)
        self._kept: NDArray[np.float32] | None = None

    def __call__(self, picture: Picture) -> Picture:
        """Return the picture with less noise; a new size restarts the filter."""
        import cv2

        here = picture.astype(np.float32)
        if self._kept is None or self._kept.shape != here.shape:
            self._kept = here
            return picture.copy()
        difference = here - self._kept
        change = difference if difference.ndim == 2 else difference.mean(axis=2)
        moved = np.abs(cv2.boxFilter(change, -1, (5, 5)))
        share = np.clip(moved / MOTION_LEVELS, 0, 1)
        gain = self._least_gain + (1 - self._least_gain) * share
        self._kept = self._kept + difference * (gain if here.ndim == 2 else gain[..., None])
        return np.clip(np.rint(self._kept), 0, 255).astype(np.uint8)

    def reset(self) -> None:
        """Forget the previous frame."""
        self._kept = None
