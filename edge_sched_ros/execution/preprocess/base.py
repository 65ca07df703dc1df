# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a preprocessor is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import Protocol
from typing import runtime_checkable

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.vision import VisionOps


@runtime_checkable
class Preprocessor(Protocol):
    """
    Turns pictures into network inputs on some kinds of units.

    One from outside may have ``options``, a tuple of ``plugins.options.Option``; the value of each
    is in ``spec.options``.
    """

    name: str
    kinds: tuple[str, ...]
    #: operation -> kinds of units that can do it: ``letterbox`` (``prepare``), ``crops``, and
    #: those of ``execution.vision``
    ops: Mapping[str, tuple[str, ...]]

    def available(self) -> tuple[bool, str]:
        """Return whether this machine can use it, and if not, why."""

    def for_unit(self, unit: Unit) -> Preprocessor:
        """
        Return the preprocessor whose work one unit does.

        Only that unit's thread may use it, where the unit is not a CPU core; whoever asked
        closes it when that thread uses it no more.

        :raises ConfigError: when the unit is of a kind it does not serve
        """

    def vision(self) -> VisionOps:
        """Return the operations on pictures by the same unit."""

    def prepare(self, image: SourceImage, spec: InputSpec) -> tuple[NDArray[Any], Transform]:
        """
        Return the input of one picture (batch of 1) and the way back.

        :raises FrameError: when the picture cannot be decoded
        """

    def crops(
        self, image: SourceImage, boxes_xyxy: NDArray[np.float32], spec: InputSpec
    ) -> NDArray[Any]:
        """Return one input for each of Nx4 boxes in source pixels, stretched to size."""

    def close(self) -> None:
        """Free what it holds of its unit."""
