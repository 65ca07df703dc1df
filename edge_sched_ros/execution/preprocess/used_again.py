# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Arrays for tensors whose memory is used again."""

from __future__ import annotations

import threading
from sys import getrefcount
from typing import Any

import numpy as np
from numpy.typing import DTypeLike
from numpy.typing import NDArray

#: arrays that a thread keeps; it begins anew with the next one
_MOST_KEPT = 8
#: references to an array that only its thread's table, the caller and the count itself have
_IDLE = 3


class UsedAgain:
    """
    The last array of each shape that a thread has taken, if nobody else refers to it by now.

    Views, and whatever else has its memory, refer to an array that owns it.
    """

    def __init__(self) -> None:
        self._kept = threading.local()

    def take(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Return an array of any content."""
        kept: dict[Any, NDArray[Any]] | None = getattr(self._kept, 'arrays', None)
        if kept is None:
            kept = self._kept.arrays = {}
        key = (shape, dtype)
        array = kept.get(key)
        if array is None or getrefcount(array) != _IDLE:
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            array = kept[key] = np.empty(shape, dtype)
        return array
