# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which image belongs to which boxes: by equal stamps, as ``message_filters`` does it."""

from __future__ import annotations

from typing import Any

#: how many of each are kept, as ``message_filters.TimeSynchronizer`` users commonly ask for
SIZE = 10


class Pairing:
    """
    Keeps images and boxes until both of one stamp are there.

    :param size: how many of each are kept; the oldest goes
    """

    def __init__(self, size: int = SIZE) -> None:
        self._size = size
        self._images: dict[int, Any] = {}
        self._boxes: dict[int, Any] = {}

    def image(self, stamp_ns: int, image: Any) -> tuple[Any, Any] | None:
        """Take an image; return it with its boxes if they are there."""
        return self._take(stamp_ns, image, self._images)

    def boxes(self, stamp_ns: int, boxes: Any) -> tuple[Any, Any] | None:
        """Take boxes; return their image with them if it is there."""
        return self._take(stamp_ns, boxes, self._boxes)

    def _take(self, stamp_ns: int, thing: Any, kept: dict[int, Any]) -> tuple[Any, Any] | None:
        kept[stamp_ns] = thing
        if stamp_ns in self._images and stamp_ns in self._boxes:
            pair = self._images[stamp_ns], self._boxes[stamp_ns]
            for all_kept in (self._images, self._boxes):
                # what is older than a pair will not find its like any more
                for old in [stamp for stamp in all_kept if stamp <= stamp_ns]:
                    del all_kept[old]
            return pair
        while len(kept) > self._size:
            del kept[min(kept)]
        return None
