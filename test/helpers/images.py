# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames for tests."""

from __future__ import annotations

import numpy as np

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage


def image(width: int = 64, height: int = 48, value: int = 90) -> SourceImage:
    """Return a plain BGR picture."""
    pixels = np.full((height, width, 3), value, np.uint8)
    return SourceImage.from_raw(
        pixels.reshape(-1), width=width, height=height, encoding='bgr8', step=3 * width
    )


def frame(stream: str = 'camera', seq: int = 1, **size: int) -> Frame:
    """Return a frame with a plain picture."""
    return Frame(stream, seq, seq * 1_000_000, 'lens', image(**size))
