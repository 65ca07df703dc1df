# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stereo networks that give disparity in pixels."""

from __future__ import annotations

from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.engines.base import TensorInfo
from edge_sched_ros.perception.decoders.depth import DepthDecoder


class DepthDisparity(DepthDecoder):
    """
    Depth = focal_px * baseline_m / disparity.

    Options ``focal_px`` (at the network's input size) and ``baseline_m`` must be given.
    """

    defaults: ClassVar[dict[str, Any]] = {
        **DepthDecoder.defaults,
        'focal_px': 0.0,
        'baseline_m': 0.0,
    }

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check shape and geometry."""
        super().check(outputs)
        for key in ('focal_px', 'baseline_m'):
            if not self.options[key] > 0:
                raise ConfigError(
                    f'{self.spec.source}: decoder_options.{key}', 'must be given, above zero'
                )

    def metres(self, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return depth by triangulation."""
        product = self.options['focal_px'] * self.options['baseline_m']
        return np.where(plane > 0, product / plane, np.nan)


DECODER = DepthDisparity
