# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The interface of preprocessors."""

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
    #: operation -> kinds of units that support it: ``letterbox`` (``prepare``), ``crops``, and
    #: those of ``execution.vision``
    ops: Mapping[str, tuple[str, ...]]

    def available(self) -> tuple[bool, str]:
        """Return whether this machine can use it, and the reason if not."""

    def for_unit(self, unit: Unit) -> Preprocessor:
        """
        Return the preprocessor for one unit.

        Only that unit's thread may use it, unless the unit is a CPU core; the caller closes it
        after the thread's last use.

        :raises ConfigError: when it does not serve the unit's kind
        """

    def vision(self) -> VisionOps:
        """Return the operations on pictures of the same unit."""

    def prepare(self, image: SourceImage, spec: InputSpec) -> tuple[NDArray[Any], Transform]:
        """
        Return the input for one picture (batch of 1) and the transform back.

        :raises FrameError: when the picture cannot be decoded
        """

    def crops(
        self, image: SourceImage, boxes_xyxy: NDArray[np.float32], spec: InputSpec
    ) -> NDArray[Any]:
        """Return one input for each of Nx4 boxes in source pixels, stretched to size."""

    def close(self) -> None:
        """Free its resources on its unit."""
