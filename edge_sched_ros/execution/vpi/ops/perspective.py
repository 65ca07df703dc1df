# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Perspective warp."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.vpi.capability import Capability
from edge_sched_ros.execution.vpi.session import Session

NAME = 'perspective_warp'
_VIC = frozenset({'U8', 'Y8_ER', 'NV12_ER'})
_CUDA = _VIC | {'BGR8', 'RGB8', 'BGRA8', 'RGBA8'}
#: smallest region of a warp grid
_LEAST = (64, 16)

CAPABILITIES = (
    Capability(backend='CPU', formats=_CUDA, least=_LEAST),
    Capability(backend='CUDA', formats=_CUDA, least=_LEAST),
    Capability(
        backend='VIC',
        formats=_VIC,
        least=_LEAST,
        most=(16384, 16384),
        even=True,
        interpolations=('linear',),
        borders=('zero',),
    ),
    # that PVA has it is documented; with which formats is not
    Capability(
        backend='PVA',
        formats=frozenset({'U8', 'NV12_ER'}),
        least=_LEAST,
        even=True,
        interpolations=('linear',),
        borders=('zero',),
        since=(4, 1),
        assumed=True,
    ),
)


def submit(
    session: Session, source: Any, result: Any, backend: str, matrix: NDArray[np.float64]
) -> None:
    """
    Enqueue it.

    :param matrix: from source to result, which is how VPI takes it unless told otherwise
    """
    vpi = session.vpi
    source.perspwarp(
        np.asarray(matrix, np.float32),
        out=result,
        interp=vpi.Interp.LINEAR,
        border=vpi.Border.ZERO,
        backend=session.backend(backend),
        stream=session.stream,
    )
