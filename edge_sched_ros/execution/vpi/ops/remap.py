# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Warping by a map: straightening what a lens bends."""

from __future__ import annotations

from typing import Any

import numpy as np

from edge_sched_ros.execution.vision import Warp
from edge_sched_ros.execution.vpi.capability import Capability
from edge_sched_ros.execution.vpi.session import Session

NAME = 'remap'
#: smallest region of a warp grid
_LEAST = (64, 16)
_VIC = frozenset({'U8', 'U16', 'Y8_ER', 'NV12_ER'})
_CUDA = _VIC | {'BGR8', 'RGB8', 'BGRA8', 'RGBA8'}

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


def warp_map(session: Session, warp: Warp) -> Any:
    """Return VPI's form of a warp, one control point per pixel; kept with the session."""
    return session.kept(('warp', warp), lambda: _make(session, warp))


def _make(session: Session, warp: Warp) -> Any:
    width, height = warp.size
    made = session.vpi.WarpMap(session.vpi.WarpGrid((width, height)))
    # rows beyond the picture's are VPI's own padding
    points = np.asarray(made)[:height, :width]
    points[..., 0] = warp.map_x
    points[..., 1] = warp.map_y
    return made


def submit(session: Session, source: Any, result: Any, backend: str, warp: Warp) -> None:
    """Enqueue it."""
    vpi = session.vpi
    source.remap(
        warp_map(session, warp),
        out=result,
        interp=vpi.Interp.LINEAR,
        border=vpi.Border.ZERO,
        backend=session.backend(backend),
        stream=session.stream,
    )
