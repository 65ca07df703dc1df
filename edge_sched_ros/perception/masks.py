# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Masks of objects: the pixels that belong to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: greatest number of objects that an image of 16-bit numbers can tell apart
MOST_NUMBERS = 65535


@dataclass(frozen=True, slots=True)
class Masks:
    """
    Masks of N objects in one picture, which may overlap.

    Only the window of each object is kept: masks of 100 objects in a picture of 640x640 would be
    41 MB.

    :param windows: Nx4 int32 (x0, y0, x1, y1), pixels of the masks' picture; x1 and y1 are outside
    :param pixels: bool, the windows one after the other, each row by row
    :param width: of the masks' picture, which shows the whole source
    :param height: likewise
    :param scale_x: its pixels per source pixel, horizontally
    :param scale_y: its pixels per source pixel, vertically
    :param offset_x: position of the source's left edge in it, pixels
    :param offset_y: position of the source's top edge in it, pixels
    """

    windows: NDArray[np.int32]
    pixels: NDArray[np.bool_]
    width: int
    height: int
    scale_x: float
    scale_y: float
    offset_x: float = 0.0
    offset_y: float = 0.0

    def __len__(self) -> int:
        """Return the number of objects."""
        return len(self.windows)

    def window(self, index: int) -> NDArray[np.bool_]:
        """Return the part of an object's mask inside its window."""
        start = int(self._areas()[:index].sum())
        x0, y0, x1, y1 = (int(side) for side in self.windows[index])
        width, height = x1 - x0, y1 - y0
        return self.pixels[start : start + width * height].reshape(height, width)

    def whole(self, index: int) -> NDArray[np.bool_]:
        """Return an object's mask, height x width."""
        x0, y0, x1, y1 = self.windows[index]
        full = np.zeros((self.height, self.width), np.bool_)
        full[y0:y1, x0:x1] = self.window(index)
        return full

    def take(self, rows: NDArray[np.int64]) -> Masks:
        """Return the masks of some objects, in the order of the rows."""
        parts = [self.window(int(row)).reshape(-1) for row in rows]
        pixels = np.concatenate(parts) if parts else np.zeros(0, np.bool_)
        return Masks(
            self.windows[rows],
            pixels,
            self.width,
            self.height,
            self.scale_x,
            self.scale_y,
            self.offset_x,
            self.offset_y,
        )

    def numbers(self) -> NDArray[np.uint16]:
        """
        Return the number of the object at each pixel, height x width: index + 1, 0 for none.

        Where masks overlap, the object that comes first is in front.
        """
        image = np.zeros((self.height, self.width), np.uint16)
        for index in range(min(len(self), MOST_NUMBERS) - 1, -1, -1):
            x0, y0, x1, y1 = self.windows[index]
            image[y0:y1, x0:x1][self.window(index)] = index + 1
        return image

    def _areas(self) -> NDArray[np.int64]:
        sides = (self.windows[:, 2:] - self.windows[:, :2]).astype(np.int64)
        areas: NDArray[np.int64] = sides.prod(axis=1)
        return areas


def masks_of(
    windows: Sequence[tuple[int, int, int, int]],
    parts: Sequence[NDArray[np.bool_]],
    size: tuple[int, int],
    place: tuple[float, float, float, float],
) -> Masks:
    """
    Return masks of their windows.

    :param windows: (x0, y0, x1, y1) of each object
    :param parts: the mask of each object inside its window
    :param size: width and height of the masks' picture
    :param place: scale_x, scale_y, offset_x, offset_y
    """
    flat = [part.reshape(-1) for part in parts]
    return Masks(
        np.array(windows, np.int32).reshape(-1, 4),
        np.concatenate(flat) if flat else np.zeros(0, np.bool_),
        *size,
        *place,
    )
