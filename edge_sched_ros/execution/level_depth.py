# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A depth image for trial runs and measurements, which have no depth camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class LevelDepth:
    """A depth image with one metre at each pixel, with the fields of a ``sensor_msgs/Image``."""

    width: int
    height: int
    encoding: str = '32FC1'
    is_bigendian: bool = False

    @property
    def step(self) -> int:
        """Bytes in one row."""
        return 4 * self.width

    @property
    def data(self) -> bytes:
        """Its pixels."""
        return np.ones(self.width * self.height, '<f4').tobytes()
