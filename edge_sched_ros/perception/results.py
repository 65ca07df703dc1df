# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results of tasks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Detections:
    """
    Objects in one picture.

    :param boxes_xyxy: Nx4 float32, source pixels
    :param scores: N, 0..1
    :param class_ids: N
    :param labels: names of the classes; other classes are named by their number
    :param track_ids: N, constant over frames; ``None`` when untracked
    """

    boxes_xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    labels: tuple[str, ...] = ()
    track_ids: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.scores)

    def label(self, index: int) -> str:
        """Return the class name of an object."""
        class_id = int(self.class_ids[index])
        return self.labels[class_id] if 0 <= class_id < len(self.labels) else str(class_id)


def no_detections(labels: tuple[str, ...] = ()) -> Detections:
    """Return an empty result."""
    return Detections(
        np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64), labels
    )


@dataclass(frozen=True, slots=True)
class DepthMap:
    """
    Depth of one picture.

    :param depth_m: HxW float32, metres along the optical axis, NaN where unknown
    :param scale_x: its pixels per source pixel, horizontally
    :param scale_y: its pixels per source pixel, vertically
    :param offset_x: position of the source's left edge in it, pixels
    :param offset_y: position of the source's top edge in it, pixels
    """

    depth_m: NDArray[np.float32]
    scale_x: float
    scale_y: float
    offset_x: float = 0.0
    offset_y: float = 0.0


@dataclass(frozen=True, slots=True)
class Embeddings:
    """
    Appearance of objects.

    :param vectors: NxD float32
    """

    vectors: NDArray[np.float32]


#: classes of results that another process can send, by name
SENT_RESULTS: dict[str, type] = {
    each.__name__: each for each in (Detections, DepthMap, Embeddings)
}
