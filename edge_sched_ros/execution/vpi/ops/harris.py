# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Harris corners."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.vpi.capability import Capability
from edge_sched_ros.execution.vpi.session import Session

NAME = 'harris'
#: corners weaker than this VPI leaves out by itself; low, since the caller asks for shares
_LEAST_STRENGTH = 1.0

CAPABILITIES = (
    Capability(backend='CPU', formats=frozenset({'U8', 'S16'})),
    Capability(backend='CUDA', formats=frozenset({'U8', 'S16'})),
    Capability(
        backend='PVA',
        formats=frozenset({'S16'}),
        least=(160, 120),
        most=(3264, 2448),
        allowed={'min_distance': (8.0,)},
    ),
)


def run(
    session: Session, image: Any, backend: str, *, sensitivity: float, min_distance: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Find corners and wait for them; Nx2 places and N scores in VPI's unit."""
    corners, scores = image.harriscorners(
        gradient_size=3,
        block_size=3,
        strength=_LEAST_STRENGTH,
        sensitivity=sensitivity,
        min_nms_distance=min_distance,
        backend=session.backend(backend),
        stream=session.stream,
    )
    places = session.read_array(corners).astype(np.float32).reshape(-1, 2)
    return places, session.read_array(scores).astype(np.float32).reshape(-1)
