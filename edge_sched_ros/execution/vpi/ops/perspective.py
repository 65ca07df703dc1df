# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Perspective warp."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.vpi.ops.warping import warp_capabilities
from edge_sched_ros.execution.vpi.ops.warping import warp_settings
from edge_sched_ros.execution.vpi.session import Session

NAME = 'perspective_warp'
CAPABILITIES = warp_capabilities(frozenset({'U8', 'Y8_ER', 'NV12_ER'}))


def submit(
    session: Session, source: Any, result: Any, backend: str, matrix: NDArray[np.float64]
) -> None:
    """
    Enqueue it.

    :param matrix: from source to result, which is how VPI takes it unless told otherwise
    """
    settings = warp_settings(session, backend)
    source.perspwarp(np.asarray(matrix, np.float32), out=result, **settings)
