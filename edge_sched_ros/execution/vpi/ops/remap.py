# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Warping by a map: straightening what a lens bends."""

from __future__ import annotations

from typing import Any

import numpy as np

from edge_sched_ros.execution.vision import Warp
from edge_sched_ros.execution.vpi.ops.warping import warp_capabilities
from edge_sched_ros.execution.vpi.ops.warping import warp_settings
from edge_sched_ros.execution.vpi.session import Session

NAME = 'remap'
CAPABILITIES = warp_capabilities(frozenset({'U8', 'U16', 'Y8_ER', 'NV12_ER'}))


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
    source.remap(warp_map(session, warp), out=result, **warp_settings(session, backend))
