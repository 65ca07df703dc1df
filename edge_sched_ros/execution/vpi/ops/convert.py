# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Colour and layout conversion."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.execution.vpi.capability import Capability
from edge_sched_ros.execution.vpi.session import Session

NAME = 'convert'
CUDA_FORMATS = frozenset(
    {'RGB8', 'BGR8', 'RGBA8', 'BGRA8', 'U8', 'S8', 'U16', 'S16', 'F32', 'NV12_ER'}
)
#: VIC converts among these
_VIC_COLOURS = frozenset({'Y8_ER', 'Y8_ER_BL', 'NV12_ER', 'RGBA8', 'BGRA8'})

CAPABILITIES = (
    Capability(backend='CPU', formats=CUDA_FORMATS),
    Capability(backend='CUDA', formats=CUDA_FORMATS),
    Capability(backend='VIC', formats=_VIC_COLOURS, even=True),
    # only the layout of these
    Capability(backend='VIC', formats=frozenset({'S16', 'S16_BL'}), even=True),
    # that PVA has it is documented; with which formats is not
    Capability(backend='PVA', formats=frozenset({'NV12_ER', 'BGR8'}), since=(4, 1), assumed=True),
)


def submit(session: Session, source: Any, result: Any, backend: str) -> None:
    """Enqueue it; the result's format says what is wanted."""
    source.convert(
        result,
        policy=session.vpi.Conversion.CLAMP,
        backend=session.backend(backend),
        stream=session.stream,
    )
