# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Signs that results are wrong although every single one of them is possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: boxes after which a judgement is made, and after which older ones count half
_FEW, _MANY = 10, 200
#: share of boxes, or of a picture, that is no accident any more
_NEARLY_ALL = 0.9
#: share of boxes: of (x, y, width, height) those near the top left corner look like corners
_MANY_TURNED = 0.3
#: sides in pixels of the input that no network resolves
_TINY = 2.0


@dataclass(frozen=True, slots=True)
class Places:
    """
    Where boxes lay in the network's input.

    :param boxes: number of boxes that were kept
    :param outside: of these, those whose centre is outside the input
    :param tiny: of these, those that lie within two pixels of the origin
    :param turned: of these, those whose second corner is left of the first one, or above it
    """

    boxes: float = 0.0
    outside: float = 0.0
    tiny: float = 0.0
    turned: float = 0.0

    def after(self, boxes_xyxy: NDArray[np.float32], size: tuple[int, int]) -> Places:
        """
        Return the counts with the boxes of one more picture.

        :param size: width and height of the input
        """
        if not len(boxes_xyxy):
            return self
        centres = (boxes_xyxy[:, :2] + boxes_xyxy[:, 2:]) / 2
        outside = ((centres < 0) | (centres > np.array(size))).any(axis=1)
        tiny = (np.abs(boxes_xyxy) < _TINY).all(axis=1)
        turned = (boxes_xyxy[:, 2:] < boxes_xyxy[:, :2]).any(axis=1)
        counts = (int(each.sum()) for each in (outside, tiny, turned))
        return self.counted(len(boxes_xyxy), *counts)

    def counted(self, boxes: int, outside: int, tiny: int, turned: int) -> Places:
        """Return the counts with those of one more picture."""
        if not boxes:
            return self
        weight = 0.5 if self.boxes > _MANY else 1.0
        return Places(
            weight * self.boxes + boxes,
            weight * self.outside + outside,
            weight * self.tiny + tiny,
            weight * self.turned + turned,
        )

    @property
    def doubt(self) -> str:
        """What is suspicious about them; empty if nothing is."""
        if self.boxes < _FEW:
            return ''
        if self.tiny > _NEARLY_ALL * self.boxes:
            return (
                'nearly all boxes are smaller than 2 pixels, in the top left corner: does the '
                'network give them from 0 to 1 instead of in pixels?'
            )
        if self.turned > _MANY_TURNED * self.boxes:
            return (
                'many boxes are left out since their second corner is left of the first one, or '
                'above it: does the network give centre and size instead of corners?'
            )
        if self.outside > _NEARLY_ALL * self.boxes:
            return 'nearly all boxes lie outside the picture: is it the wrong decoder?'
        return ''


@dataclass(frozen=True, slots=True)
class Unknowns:
    """
    How much of the depth maps was out of range.

    :param maps: number of maps
    :param share: mean share of points that were unknown, the latest maps count most
    :param least: least value of the latest map, after ``scale`` and ``shift``
    :param greatest: greatest value of the latest map
    :param whole: number of maps in a row that had whole numbers only
    """

    maps: int = 0
    share: float = 0.0
    least: float = 0.0
    greatest: float = 0.0
    whole: int = 0

    def after(
        self, plane: NDArray[np.float32], good: NDArray[np.bool_], *, whole: bool = False
    ) -> Unknowns:
        """
        Return it with one more map.

        :param plane: the values, after ``scale`` and ``shift``
        :param good: which of them are depths in range
        :param whole: whether the network gave whole numbers only
        """
        known = float(np.count_nonzero(good)) / max(1, good.size)
        return self.counted(known, lambda: _ends(plane), whole=whole)

    def counted(
        self, known: float, ends: Callable[[], tuple[float, float]], *, whole: bool = False
    ) -> Unknowns:
        """
        Return it with one more map.

        :param known: share of its values that are depths in range
        :param ends: returns its least and greatest finite value, zeros if there are none
        :param whole: whether the network gave whole numbers only
        """
        unknown = 1.0 - known
        share = unknown if not self.maps else 0.7 * self.share + 0.3 * unknown
        in_a_row = self.whole + 1 if whole else 0
        if share <= _NEARLY_ALL:
            return Unknowns(self.maps + 1, share, whole=in_a_row)
        return Unknowns(self.maps + 1, share, *ends(), in_a_row)

    @property
    def doubt(self) -> str:
        """What is suspicious about them; empty if nothing is."""
        if self.whole >= _FEW:
            return (
                'all values are whole numbers: are they class ids of a segmentation, or '
                'millimetres (scale: 0.001)?'
            )
        if not self.maps or self.share <= _NEARLY_ALL:
            return ''
        return (
            f'{100 * self.share:.4g} % of the depth is out of min_m to max_m; the network gives '
            f'{self.least:.3g} to {self.greatest:.3g}: relative depth needs scale and shift'
        )


def _ends(plane: NDArray[np.float32]) -> tuple[float, float]:
    finite = plane[np.isfinite(plane)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
