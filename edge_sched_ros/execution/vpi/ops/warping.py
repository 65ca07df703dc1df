# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What all warps have in common."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.execution.vpi.capability import Capability
from edge_sched_ros.execution.vpi.session import Session

#: smallest region of a warp grid
_LEAST = (64, 16)
_COLOURS = frozenset({'BGR8', 'RGB8', 'BGRA8', 'RGBA8'})


def warp_capabilities(vic: frozenset[str]) -> tuple[Capability, ...]:
    """
    Return which backend can warp what.

    :param vic: formats that VIC takes
    """
    narrow: dict[str, Any] = {
        'least': _LEAST,
        'even': True,
        'interpolations': ('linear',),
        'borders': ('zero',),
    }
    return (
        Capability(backend='CPU', formats=vic | _COLOURS, least=_LEAST),
        Capability(backend='CUDA', formats=vic | _COLOURS, least=_LEAST),
        Capability(backend='VIC', formats=vic, most=(16384, 16384), **narrow),
        # that PVA has it is documented; with which formats is not
        Capability(
            backend='PVA',
            formats=frozenset({'U8', 'NV12_ER'}),
            since=(4, 1),
            assumed=True,
            **narrow,
        ),
    )


def warp_settings(session: Session, backend: str) -> dict[str, Any]:
    """Return the arguments that every warp is called with."""
    vpi = session.vpi
    return {
        'interp': vpi.Interp.LINEAR,
        'border': vpi.Border.ZERO,
        'backend': session.backend(backend),
        'stream': session.stream,
    }
