# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Depth networks with metres as output."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.decoders.depth import DepthDecoder


class DepthMetric(DepthDecoder):
    """
    Depth = output * scale + shift.

    The task ``depth`` of Ultralytics gives metres (ultralytics/ultralytics, nn/modules/head.py,
    ``Depth``).
    """

    _of_ultralytics = True

    native_kind = 'metric'

    def metres(self, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the values themselves."""
        return plane


DECODER = DepthMetric
