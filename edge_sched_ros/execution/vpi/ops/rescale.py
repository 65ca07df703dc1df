# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Another width and height."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.execution.vision import UnsupportedOpError
from edge_sched_ros.execution.vpi.capability import Capability
from edge_sched_ros.execution.vpi.capability import Request
from edge_sched_ros.execution.vpi.capability import Size
from edge_sched_ros.execution.vpi.session import Session

NAME = 'rescale'
_CUDA = frozenset({'U8', 'Y8_ER', 'U16', 'S16', 'BGR8', 'RGB8', 'BGRA8', 'RGBA8', 'NV12_ER'})

CAPABILITIES = (
    Capability(backend='CPU', formats=_CUDA),
    Capability(backend='CUDA', formats=_CUDA),
    Capability(
        backend='VIC',
        formats=frozenset({'Y8_ER', 'NV12_ER', 'RGBA8', 'BGRA8'}),
        least=(16, 16),
        most=(16384, 16384),
        even=True,
        factor=16,
        interpolations=('linear',),
        borders=('clamp',),
    ),
)


def requests(source: Size, target: Size, interpolation: str) -> tuple[Request, ...]:
    """
    Return the steps from one size to another: one, or for ``area`` several.

    Linear interpolation uses two pixels on each axis: where a picture is made much smaller in one
    step, most pixels do not count. For ``area`` no step more than halves a side, which averages
    nearly all of them; VPI has no mean over areas.

    :raises UnsupportedOpError: for another interpolation
    """
    if interpolation not in ('linear', 'area'):
        raise UnsupportedOpError(f'VPI rescale: no interpolation {interpolation} here')
    steps = []
    size = source
    while interpolation == 'area' and (size[0] > 2 * target[0] or size[1] > 2 * target[1]):
        size = (
            _half(size[0]) if size[0] > 2 * target[0] else size[0],
            _half(size[1]) if size[1] > 2 * target[1] else size[1],
        )
        steps.append(size)
    if not steps or steps[-1] != target:
        steps.append(target)
    linear = {'interpolation': 'linear', 'border': 'clamp'}
    return tuple(Request(op=NAME, size=step, parameters=linear) for step in steps)


def _half(side: int) -> int:
    """Return half a side, even, never less than half."""
    return -(-side // 4) * 2


def submit(session: Session, source: Any, result: Any, backend: str) -> None:
    """Enqueue it; the result's size says what is wanted."""
    vpi = session.vpi
    source.rescale(
        result,
        interp=vpi.Interp.LINEAR,
        border=vpi.Border.CLAMP,
        backend=session.backend(backend),
        stream=session.stream,
    )
