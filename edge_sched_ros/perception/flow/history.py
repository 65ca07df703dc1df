# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The last few frames, and the tracks' positions in them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray


@dataclass(slots=True)
class Past:
    """
    One frame.

    :param grey: HxW uint8
    :param boxes: number of a track -> its box in the frame, x0 y0 x1 y1 in pixels
    """

    grey: NDArray[np.uint8]
    boxes: dict[int, NDArray[np.float32]] = field(default_factory=dict)


class History:
    """
    Frames in order; the oldest is removed first.

    :param most: maximum number of frames, and so the maximum delay of a detector in frames
    """

    def __init__(self, most: int = 16) -> None:
        self._most = most
        self._frames: OrderedDict[int, Past] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self._frames)

    def add(self, seq: int, grey: NDArray[np.uint8]) -> Past:
        """Add a frame."""
        self._frames[seq] = past = Past(grey)
        while len(self._frames) > self._most:
            self._frames.popitem(last=False)
        return past

    def get(self, seq: int) -> Past | None:
        """Return a frame, if it is still here."""
        return self._frames.get(seq)

    def latest(self) -> Past | None:
        """Return the newest frame."""
        return next(reversed(self._frames.values()), None)

    def after(self, seq: int) -> list[Past]:
        """Return the frames after a given one, oldest first."""
        return [past for number, past in self._frames.items() if number > seq]

    def oldest_seq(self) -> int | None:
        """Return the number of the oldest frame."""
        return next(iter(self._frames), None)

    def clear(self) -> None:
        """Forget everything."""
        self._frames.clear()
