# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Known tracks, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.tracking.appearances import Appearances
from edge_sched_ros.perception.tracking.box_filter import BoxFilter


def _none() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


@dataclass(slots=True)
class Tracks:
    """
    Known tracks as arrays; rows are stable within a frame.

    All arrays have as many rows as there are tracks, older tracks first.
    """

    filters: BoxFilter = field(default_factory=BoxFilter)
    class_ids: NDArray[np.int64] = field(default_factory=_none)
    #: number of detections
    hits: NDArray[np.int64] = field(default_factory=_none)
    #: frames in a row without a detection
    misses: NDArray[np.int64] = field(default_factory=_none)
    #: number of the track; 0 until it has one
    numbers: NDArray[np.int64] = field(default_factory=_none)
    looks: Appearances = field(default_factory=Appearances)
    #: the last number given; none is given twice
    last_number: int = 0

    def __len__(self) -> int:
        """Return the number of tracks."""
        return len(self.hits)

    def clear(self) -> None:
        """Forget all tracks; numbering continues."""
        self.keep(np.zeros(len(self), bool))

    def predict(self, frames: float = 1.0) -> None:
        """Move all tracks by the time of some frames, and count a miss of each."""
        self.filters.keep_size(np.flatnonzero(self.misses > 0))
        self.filters.predict(frames)
        self.misses = self.misses + 1

    def found(self, rows: NDArray[np.int64], boxes: NDArray[np.float64]) -> None:
        """Use the detections of some tracks."""
        self.filters.correct(rows, boxes)
        self.hits[rows] += 1
        self.misses[rows] = 0

    def add(self, boxes: NDArray[np.float64], class_ids: NDArray[np.int64]) -> None:
        """Begin a track at every box, in new rows after the others."""
        new = len(boxes)
        self.filters.add(boxes)
        self.class_ids = np.concatenate([self.class_ids, class_ids])
        self.hits = np.concatenate([self.hits, np.ones(new, np.int64)])
        self.misses = np.concatenate([self.misses, np.zeros(new, np.int64)])
        self.numbers = np.concatenate([self.numbers, np.zeros(new, np.int64)])
        self.looks.add(new)

    def give_numbers(self, which: NDArray[np.bool_]) -> None:
        """Give a number to the tracks that have none."""
        new = np.flatnonzero(which & (self.numbers == 0))
        self.numbers[new] = self.last_number + 1 + np.arange(len(new))
        self.last_number += len(new)

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Forget all other tracks."""
        self.filters.keep(which)
        self.class_ids, self.hits = self.class_ids[which], self.hits[which]
        self.misses, self.numbers = self.misses[which], self.numbers[which]
        self.looks.keep(which)
