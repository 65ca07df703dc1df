# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The appearance of tracks as one array."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

#: share of the former appearance of a track in its next one
_REMEMBERED = 0.9


def _no_vectors() -> NDArray[np.float32]:
    return np.zeros((0, 0), np.float32)


def _none() -> NDArray[np.bool_]:
    return np.zeros(0, bool)


@dataclass(slots=True)
class Appearances:
    """
    One vector of unit length per track, a moving mean of what was seen of it.

    Source of the mean: Wang et al., "Towards Real-Time Multi-Object Tracking", ECCV 2020.
    """

    #: whether the appearance of a track is known
    known: NDArray[np.bool_] = field(default_factory=_none)
    #: NxD, zero where not known; D is 0 until the first is known
    vectors: NDArray[np.float32] = field(default_factory=_no_vectors)

    def add(self, count: int) -> None:
        """Append tracks whose appearance is not known."""
        self.known = np.concatenate([self.known, np.zeros(count, bool)])
        self.vectors = np.concatenate(
            [self.vectors, np.zeros((count, self.vectors.shape[1]), np.float32)]
        )

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Forget all other tracks."""
        self.known, self.vectors = self.known[which], self.vectors[which]

    def distance(
        self, seen: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float64] | None:
        """
        Return 1 - cosine of appearances and of some tracks, MxN, at most 1.

        ``None`` when that of a track is not known, or is that of another network.

        :param seen: MxD, of unit length
        """
        if not self.known[rows].all() or seen.shape[1] != self.vectors.shape[1]:
            return None
        # by einsum: a matrix product of this size wakes the threads of BLAS, which takes longer
        likeness = np.einsum('md,nd->mn', seen, self.vectors[rows])
        unlike: NDArray[np.float64] = np.clip(1 - likeness.astype(np.float64), 0, 1)
        return unlike

    def remember(self, rows: NDArray[np.int64], seen: NDArray[np.float32]) -> None:
        """
        Mix what was seen of some tracks into their appearance.

        :param seen: a vector of unit length per row
        """
        if self.vectors.shape[1] != seen.shape[1]:
            self.known = np.zeros_like(self.known)
            self.vectors = np.zeros((len(self.known), seen.shape[1]), np.float32)
        mixed = _REMEMBERED * self.vectors[rows] + (1 - _REMEMBERED) * seen
        mixed /= np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)
        self.vectors[rows] = np.where(self.known[rows, None], mixed, seen)
        self.known[rows] = True
