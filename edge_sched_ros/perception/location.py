# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Boxes in a picture and its depth -> boxes in space, in the camera's optical frame (REP 103)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.masks import Masks
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Detections3D

#: percentiles of an object's depth between which it is taken to be: edges mix with what is behind
_NEAR, _FAR = 5.0, 95.0


@dataclass(frozen=True, slots=True)
class LocationOptions:
    """
    How the depth of an object is found in its box.

    :param central_part: part of the box, by width and height, whose depth is used where there is
        no mask, 0..1
    :param depth_percentile: of the known depths there, that the object is taken to have at first
    :param max_depth_spread_m: depths farther than this from it are not of the object
    :param min_points: objects with fewer depths are left out
    """

    central_part: float = 0.5
    depth_percentile: float = 50.0
    max_depth_spread_m: float = 0.5
    min_points: int = 5


def locate(
    found: Detections,
    depth: DepthMap,
    camera: NDArray[np.float64],
    options: LocationOptions,
) -> Detections3D:
    """
    Return the objects whose depth is known.

    An object's depth is the median of the depths near the given percentile; its position is where
    the ray through the middle of its box has that depth, so on the surface that the camera sees.
    Width and height are those of its box at that depth, its length is how far its depths reach.

    :param camera: matrix of the picture without distortion, 3x3, pixels with whole centres
    """
    boxes = found.upright_boxes().astype(np.float64)
    rows: list[int] = []
    places: list[tuple[float, float]] = []
    for row, box in enumerate(boxes):
        if not np.isfinite(box).all():
            continue
        place = _depth_of(box, found.masks, row, depth, options)
        if place is not None:
            rows.append(row)
            places.append(place)
    kept = np.array(rows, np.int64)
    away, reach = np.array(places, np.float64).reshape(-1, 2).T
    some = boxes[kept]
    # edges of pixels are half a pixel beside their centres
    middles = (some[:, :2] + some[:, 2:] - 1) / 2
    focal, centre = camera[[0, 1], [0, 1]], camera[[0, 1], [2, 2]]
    across = (middles - centre) / focal * away[:, None]
    sides = (some[:, 2:] - some[:, :2]) / focal * away[:, None]
    return Detections3D(
        positions_m=np.column_stack([across, away]).astype(np.float32),
        sizes_m=np.column_stack([sides, reach]).astype(np.float32),
        scores=found.scores[kept],
        class_ids=found.class_ids[kept],
        labels=found.labels,
        track_ids=None if found.track_ids is None else found.track_ids[kept],
    )


def _depth_of(
    box: NDArray[np.float64],
    masks: Masks | None,
    row: int,
    depth: DepthMap,
    options: LocationOptions,
) -> tuple[float, float] | None:
    """Return the depth of an object and how far its depths reach, ``None`` if not known."""
    every = _depths(box, masks, row, depth)
    if masks is None:
        half = (box[2:] - box[:2]) / 2 * options.central_part
        middle = (box[:2] + box[2:]) / 2
        central = _depths(np.concatenate([middle - half, middle + half]), None, row, depth)
    else:
        central = every
    if len(central) < options.min_points:
        return None
    index = round((len(central) - 1) * options.depth_percentile / 100)
    # one of the depths, not one between an object and what is behind it
    first = np.partition(central, index)[index]
    near = central[np.abs(central - first) <= options.max_depth_spread_m]
    if len(near) < options.min_points:
        return None
    away = float(np.median(near))
    own = every[np.abs(every - away) <= options.max_depth_spread_m]
    least, most = np.percentile(own, (_NEAR, _FAR)) if len(own) else (away, away)
    return away, float(most - least)


def _depths(
    box: NDArray[np.float64], masks: Masks | None, row: int, depth: DepthMap
) -> NDArray[np.float64]:
    """Return the known depths in a box, in metres; with masks only those of the object."""
    scale = np.array([depth.scale_x, depth.scale_y] * 2)
    offset = np.array([depth.offset_x, depth.offset_y] * 2)
    height, width = depth.depth_m.shape
    placed = box * scale + offset
    # pixels whose centres are inside
    edges = np.ceil(np.clip(placed, -1.0, max(width, height) + 1.0) - 0.5).astype(int)
    x0, y0, x1, y1 = np.clip(edges, 0, [width, height, width, height])
    part = depth.depth_m[y0:y1, x0:x1]
    known = np.isfinite(part) & (part > 0)
    if masks is not None:
        columns = (np.arange(x0, x1) + 0.5 - depth.offset_x) / depth.scale_x
        lines = (np.arange(y0, y1) + 0.5 - depth.offset_y) / depth.scale_y
        known &= _inside(masks, row, columns, lines)
    values: NDArray[np.float64] = part[known].astype(np.float64)
    return values


def _inside(
    masks: Masks, row: int, columns: NDArray[np.float64], lines: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which points of a grid, in source pixels, are of an object, lines x columns."""
    x0, y0, x1, y1 = masks.windows[row]
    x = np.floor(columns * masks.scale_x + masks.offset_x).astype(int) - x0
    y = np.floor(lines * masks.scale_y + masks.offset_y).astype(int) - y0
    found = np.zeros((len(lines), len(columns)), np.bool_)
    inner_x, inner_y = (x >= 0) & (x < x1 - x0), (y >= 0) & (y < y1 - y0)
    window = masks.window(row)
    found[np.ix_(inner_y, inner_x)] = window[np.ix_(y[inner_y], x[inner_x])]
    return found
