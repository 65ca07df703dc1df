# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Maps of the whole input: whether they fit it, and where they show the source."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.execution.preprocess.transform import Transform


@dataclass(frozen=True, slots=True)
class Window:
    """
    The part of a map that shows the source, without the padding of the input.

    :param place: scale_x, scale_y, offset_x, offset_y of the source in the part, as in a
        :class:`~edge_sched_ros.perception.results.ClassMap`
    """

    x0: int
    y0: int
    x1: int
    y1: int
    place: tuple[float, float, float, float]


def window_of(map_size: tuple[int, int], input_size: tuple[int, int], way: Transform) -> Window:
    """
    Return the part of a map of the whole input that shows the source.

    :param map_size: width and height of the map
    :param input_size: those of the network's input
    :param way: from the source to the input
    """
    shrink_x, shrink_y = map_size[0] / input_size[0], map_size[1] / input_size[1]
    scale_x, scale_y = way.scale_x * shrink_x, way.scale_y * shrink_y
    left, top = way.offset_x * shrink_x, way.offset_y * shrink_y
    x0, y0 = max(0, round(left)), max(0, round(top))
    x1 = min(map_size[0], max(x0 + 1, round(left + way.source_width * scale_x)))
    y1 = min(map_size[1], max(y0 + 1, round(top + way.source_height * scale_y)))
    return Window(x0, y0, x1, y1, (scale_x, scale_y, left - x0, top - y0))


def has_proportions(
    height: int | None, width: int | None, input_size: tuple[int, int] | None
) -> bool:
    """Whether a map can be one of the whole input; sizes that are not known can."""
    if height is None or width is None or input_size is None:
        return True
    have, want = width * input_size[1], height * input_size[0]
    # networks that reduce the size round it
    rounding = sum(input_size)
    return min(height, width) > 1 and abs(have - want) <= max(rounding, 0.1 * want)
