# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Temporal noise reduction."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.execution.vpi.capability import Capability
from edge_sched_ros.execution.vpi.capability import Size
from edge_sched_ros.execution.vpi.session import Session

NAME = 'tnr'

CAPABILITIES = (
    Capability(backend='CUDA', formats=frozenset({'NV12_ER'}), even=True),
    Capability(backend='VIC', formats=frozenset({'NV12_ER'}), even=True, least=(16, 16)),
)


def make(session: Session, size: Size, backend: str) -> Any:
    """Return what remembers the frame before, for pictures of a size."""
    vpi = session.vpi
    # the constructor takes no stream: what it enqueues goes to the current one
    with session.stream:
        return vpi.TemporalNoiseReduction(
            size,
            vpi.Format.NV12_ER,
            version=vpi.TNRVersion.V3,
            backend=session.backend(backend),
        )


def submit(session: Session, filtering: Any, image: Any, *, strength: float) -> Any:
    """Enqueue it; return the image the result will be in."""
    return filtering(
        image,
        preset=session.vpi.TNRPreset.DEFAULT,
        strength=strength,
        stream=session.stream,
    )
