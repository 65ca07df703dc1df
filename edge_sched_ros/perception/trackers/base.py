# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a tracker is."""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.programs.options import Options
from edge_sched_ros.perception.results import Detections

#: options that every tracker has
COMMON_NUMBERS = {
    'max_age_frames': Number(
        45.0,
        1.0,
        1000.0,
        whole=True,
        description='Number of frames in a row without a match that a track survives; dropped '
        'frames do not count',
    ),
    'min_hits': Number(
        2.0,
        1.0,
        100.0,
        whole=True,
        description='Number of detections before a track gets its number',
    ),
    'appearance_weight': Number(
        0.6,
        0.0,
        1.0,
        description='Weight of appearance against position, with an embedding network',
    ),
    'max_distance': Number(
        0.6,
        0.0,
        1.0,
        description='Maximum distance of a match',
    ),
}


class Tracker(ABC):
    """Assigns track numbers to detections; no number is used twice."""

    #: its options by name
    numbers: ClassVar[Mapping[str, Number]] = COMMON_NUMBERS
    #: pairs of options of which the first must not be above the second
    ordered: ClassVar[tuple[tuple[str, str], ...]] = ()

    def __init__(self) -> None:
        self.options = Options('the tracker', dict(self.numbers), {})

    @abstractmethod
    def update(
        self, found: Detections, vectors: NDArray[np.float32] | None, frames: float = 1.0
    ) -> Detections:
        """
        Return the detections of known tracks, with their numbers, in the order they came in.

        :param vectors: appearance of each detection, NxD of unit length, or ``None``
        :param frames: frames of the camera since the last call, dropped ones included
        """

    @abstractmethod
    def reset(self) -> None:
        """Forget all tracks; numbering continues, so that no number is used twice."""

    @abstractmethod
    def start_over(self) -> None:
        """Forget all tracks and their numbers, as if nothing had been tracked."""

    def check_option(self, name: str, value: float | None) -> None:
        """Check a change of an option, but do not make it; :raises ConfigError: naming it."""
        self.options.checked(name, value)

    def check_together(self, changes: Mapping[str, float | None]) -> None:
        """Check options against each other, as after changes; :raises ConfigError: naming one."""
        for low, high in self.ordered:
            self.options.check_order(low, high, changes)

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option, ``None`` for its default; :raises ConfigError: naming it."""
        self.options.change(name, value)
