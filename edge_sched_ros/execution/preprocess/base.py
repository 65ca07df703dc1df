# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a preprocessor is."""

from __future__ import annotations

from typing import Any
from typing import Protocol
from typing import runtime_checkable

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.transform import Transform


@runtime_checkable
class Preprocessor(Protocol):
    """Turns pictures into network inputs on some kinds of units."""

    name: str
    kinds: tuple[str, ...]

    def available(self) -> tuple[bool, str]:
        """Return whether this machine can use it, and if not, why."""

    def prepare(self, image: SourceImage, spec: InputSpec) -> tuple[NDArray[Any], Transform]:
        """
        Return the input of one picture (batch of 1) and the way back.

        :raises FrameError: when the picture cannot be decoded
        """

    def crops(
        self, image: SourceImage, boxes_xyxy: NDArray[np.float32], spec: InputSpec
    ) -> NDArray[Any]:
        """Return one input for each of Nx4 boxes in source pixels, stretched to size."""
