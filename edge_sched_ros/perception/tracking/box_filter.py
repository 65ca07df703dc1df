# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Kalman filters of many boxes at once."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

#: deviations as a share of the box's width or height
_PLACE = 1 / 20
_SPEED = 1 / 160


def _none() -> NDArray[np.float64]:
    return np.zeros((0, 4))


@dataclass(slots=True)
class BoxFilter:
    """
    Place, size and speed of boxes, each with constant speed between frames.

    A state has centre x, centre y, width, height and the speed of each, per frame. Noise is
    proportional to the size of the box (Wojke et al., "Simple Online and Realtime Tracking with a
    Deep Association Metric", ICIP 2017; with width instead of aspect ratio as in Aharon et al.,
    "BoT-SORT", 2022). No noise connects one coordinate to another, so that each is a filter of two
    states: the answers are those of the 8x8 matrices, without an inverse.
    """

    #: Nx4: centre x, centre y, width, height
    place: NDArray[np.float64] = field(default_factory=_none)
    #: Nx4, change per frame
    speed: NDArray[np.float64] = field(default_factory=_none)
    #: Nx4, variance of the place, of the speed, and their covariance
    place_var: NDArray[np.float64] = field(default_factory=_none)
    speed_var: NDArray[np.float64] = field(default_factory=_none)
    both_var: NDArray[np.float64] = field(default_factory=_none)

    def __len__(self) -> int:
        """Return the number of boxes."""
        return len(self.place)

    def boxes(self) -> NDArray[np.float64]:
        """Return the expected boxes, Nx4: left, top, right, bottom."""
        half = np.maximum(self.place[:, 2:], 0) / 2
        centre = self.place[:, :2]
        found: NDArray[np.float64] = np.concatenate([centre - half, centre + half], axis=1)
        return found

    def add(self, boxes: NDArray[np.float64]) -> None:
        """Begin filters at boxes, Nx4: left, top, right, bottom."""
        place = _centred(boxes)
        size = _sizes(place)
        zero = np.zeros_like(place)
        self.place = np.concatenate([self.place, place])
        self.speed = np.concatenate([self.speed, zero])
        self.place_var = np.concatenate([self.place_var, (2 * _PLACE * size) ** 2])
        self.speed_var = np.concatenate([self.speed_var, (10 * _SPEED * size) ** 2])
        self.both_var = np.concatenate([self.both_var, zero])

    def predict(self, frames: float = 1.0) -> None:
        """Move all boxes by the time of some frames."""
        size = _sizes(self.place)
        self.place = self.place + frames * self.speed
        self.place_var = (
            self.place_var
            + 2 * frames * self.both_var
            + frames**2 * self.speed_var
            + frames * (_PLACE * size) ** 2
        )
        self.both_var = self.both_var + frames * self.speed_var
        self.speed_var = self.speed_var + frames * (_SPEED * size) ** 2

    def correct(self, rows: NDArray[np.int64], boxes: NDArray[np.float64]) -> None:
        """Use measured boxes (left, top, right, bottom) of some rows."""
        noise = (_PLACE * _sizes(self.place[rows])) ** 2
        place_var, both_var = self.place_var[rows], self.both_var[rows]
        whole = place_var + noise
        gain, speed_gain = place_var / whole, both_var / whole
        surprise = _centred(boxes) - self.place[rows]
        self.place[rows] += gain * surprise
        self.speed[rows] += speed_gain * surprise
        self.place_var[rows] = (1 - gain) * place_var
        self.speed_var[rows] -= speed_gain * both_var
        self.both_var[rows] = (1 - gain) * both_var

    def keep_size(self, rows: NDArray[np.int64]) -> None:
        """Let boxes keep their size: a lost one would grow or shrink without end."""
        self.speed[rows, 2:] = 0

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Forget all other boxes."""
        self.place, self.speed = self.place[which], self.speed[which]
        self.place_var, self.speed_var = self.place_var[which], self.speed_var[which]
        self.both_var = self.both_var[which]


def _centred(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.concatenate(
        [(boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]], axis=1
    )
    return found


def _sizes(place: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the scale of noise of every coordinate; a box without area still has some."""
    size: NDArray[np.float64] = np.maximum(np.tile(place[:, 2:], 2), 1.0)
    return size
