# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stereo networks with disparity in pixels as output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.depth import DepthDecoder
from edge_sched_ros.perception.decoders.recognition import Recognition

_GEOMETRY = ('focal_px', 'baseline_m')
_GIVEN = 'Disparity needs focal_px and baseline_m.'


class DepthDisparity(DepthDecoder):
    """
    Depth = focal_px * baseline_m / disparity.

    Options ``focal_px`` (at the network's input size) and ``baseline_m`` must be given.
    """

    native_kind = 'disparity'
    # stereo without subpixels gives whole disparities
    _whole = True
    defaults: ClassVar[dict[str, Any]] = {
        **DepthDecoder.defaults,
        'focal_px': 0.0,
        'baseline_m': 0.0,
    }
    ranges: ClassVar[dict[str, tuple[float, float]]] = {
        **DepthDecoder.ranges,
        'focal_px': (0.0, 1e5),
        'baseline_m': (0.0, 1000.0),
    }
    meanings: ClassVar[dict[str, str]] = {
        **DepthDecoder.meanings,
        'focal_px': "Focal length at the size of the network's input, in pixels",
        'baseline_m': 'Distance between the two cameras, in metres',
    }

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise what other depth decoders recognise, less surely: it needs two options."""
        seen = super().recognise(outputs, metadata, input_size)
        return None if seen is None else replace(seen, doubts=(*seen.doubts, _GIVEN))

    def set_option(self, name: str, value: Any) -> None:
        """Change an option; :raises ConfigError: for an impossible geometry."""
        super().set_option(name, value)
        if name in _GEOMETRY:
            self._check_geometry(name)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check shape and geometry."""
        super().check(outputs)
        for key in _GEOMETRY:
            self._check_geometry(key)

    def _check_geometry(self, key: str) -> None:
        if not self.options[key] > 0:
            raise ConfigError(
                f'{self.spec.source}: decoder_options.{key}', 'must be given, above zero'
            )

    def metres(self, plane: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return depth by triangulation."""
        return np.where(plane > 0, self._product() / plane, np.nan)

    def _product(self) -> float:
        return float(self.options['focal_px'] * self.options['baseline_m'])


DECODER = DepthDisparity
