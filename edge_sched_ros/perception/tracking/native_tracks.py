# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tracks in the native module."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.results import Detections

_SCORES = ('high_score', 'low_score', 'new_score')
#: in the order of the module
_OPTIONS = ('max_age_frames', 'min_hits', 'appearance_weight', 'max_distance', *_SCORES)


class NativeTracks:
    """
    Known tracks, matched with detections by the native module.

    :param module: the extension module
    """

    def __init__(self, module: ModuleType) -> None:
        self._new = module.Tracks
        self._tracks = self._new()

    def clear(self) -> None:
        """Forget all tracks; numbering continues."""
        self._tracks.clear()

    def start_over(self) -> None:
        """Forget all tracks and their numbers."""
        self._tracks = self._new()

    def update(
        self,
        found: Detections,
        vectors: NDArray[np.float32] | None,
        frames: float,
        options: Mapping[str, float],
        most: int,
    ) -> Detections:
        """
        Return the detections of known tracks, with their numbers, in the order they came in.

        :param vectors: appearance of each detection, of unit length, or ``None``
        :param frames: by which tracks move
        :param options: of the tracker
        :param most: tracks that are kept
        """
        # numpy compares scores with numbers of their own type
        rounded = found.scores.dtype.type if found.scores.dtype.kind == 'f' else float
        chosen = tuple(
            float(rounded(options[name]) if name in _SCORES else options[name])
            for name in _OPTIONS
        )
        rows, numbers = self._tracks.update(
            found.upright_boxes(), found.scores, found.class_ids, vectors, frames, (*chosen, most)
        )
        return found.take(rows, numbers)
