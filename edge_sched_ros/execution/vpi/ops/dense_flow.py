# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Optical flow of blocks of pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.vpi.capability import Capability
from edge_sched_ros.execution.vpi.session import Session

NAME = 'dense_flow'
#: VPI counts movement in 1/32 pixel (S10.5)
_STEPS_PER_PX = 32

CAPABILITIES = (
    Capability(
        backend='OFA',
        formats=frozenset({'Y8_ER_BL'}),
        least=(32, 32),
        even=True,
        since=(2, 3),
    ),
)


def run(session: Session, previous: Any, following: Any, backend: str) -> NDArray[np.float32]:
    """
    Return how far blocks of 4x4 pixels moved, rows x columns x 2, pixels; waits for it.

    The size of blocks is left to VPI: the argument's name differs between releases.
    """
    # some chains of units fail on a buffer another unit still holds: they are let finish first
    session.sync()
    vpi = session.vpi
    # VPI makes the result of the first call, in a format of its own; later calls write there
    kept = session.kept(('flow', previous.size), dict)
    made = kept['out'] = vpi.optflow_dense(
        previous,
        following,
        out=kept.get('out'),
        quality=vpi.OptFlowQuality.MEDIUM,
        backend=session.backend(backend),
        stream=session.stream,
    )
    return session.read_array(made).astype(np.float32) / _STEPS_PER_PX
