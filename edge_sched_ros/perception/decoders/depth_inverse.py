# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Depth networks with inverse depth as output (MiDaS, Depth Anything and similar)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.decoders.depth import DepthDecoder
from edge_sched_ros.perception.decoders.recognition import LIKELY


class DepthInverse(DepthDecoder):
    """Depth = 1 / (output * scale + shift); scale and shift make relative depth metric."""

    native_kind = 'inverse'
    # most networks for single pictures give inverse depth
    _certainty = LIKELY

    def metres(self, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the inverse; NaN for values that are not positive."""
        return np.where(plane > 0, 1 / plane, np.nan)


DECODER = DepthInverse
