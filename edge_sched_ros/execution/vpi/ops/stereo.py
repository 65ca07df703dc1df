# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stereo disparity."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.execution.vpi.capability import Capability
from edge_sched_ros.execution.vpi.session import Session

NAME = 'stereo'
#: VPI counts disparity in 1/32 pixel (Q10.5)
STEPS_PER_PX = 32

_GREY = {'U8': 'S16', 'Y8_ER': 'S16', 'U16': 'S16'}

CAPABILITIES = (
    Capability(
        backend='CUDA',
        formats=frozenset(_GREY),
        gives=_GREY,
        allowed={'max_disparity': range(1, 257), 'downscale': (1,)},
    ),
    Capability(
        backend='OFA',
        formats=frozenset({'Y8_ER_BL'}),
        gives={'Y8_ER_BL': 'S16_BL'},
        even=True,
        allowed={'max_disparity': (128, 256), 'downscale': (1, 2, 4, 8)},
        since=(3, 0),
    ),
)


def submit(
    session: Session,
    left: Any,
    right: Any,
    result: Any,
    backend: str,
    *,
    max_disparity: int,
    window: int,
) -> None:
    """Enqueue it."""
    # some chains of units fail on a buffer another unit still holds: they are let finish first
    session.sync()
    session.vpi.stereodisp(
        left,
        right,
        out=result,
        window=window,
        maxdisp=max_disparity,
        backend=session.backend(backend),
        stream=session.stream,
    )
