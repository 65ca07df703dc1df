# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Decoding of heads with more than boxes, one object and one pixel at a time.

Written from the papers and the exporters' descriptions, without the decoders of the package. What
it gives is in the pixels of the source image; masks are in those of the network's input.
"""

from __future__ import annotations

import math

import numpy as np


def corners_of(box):
    """Return (x0, y0, x1, y1) of (centre x, centre y, width, height)."""
    x, y, width, height = box[:4]
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]


def upright_iou(a, b):
    """Return the IoU of two boxes (x0, y0, x1, y1)."""
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    shared = width * height
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return shared / (areas - shared) if areas > shared else 0.0


def turned_likeness(a, b):
    """Return 1 - Hellinger distance of two boxes (x, y, width, height, angle) as Gaussians."""

    def covariance(box):
        turn = np.array(
            [
                [math.cos(box[4]), -math.sin(box[4])],
                [math.sin(box[4]), math.cos(box[4])],
            ]
        )
        return turn @ np.diag([box[2] ** 2 / 12, box[3] ** 2 / 12]) @ turn.T

    one, other = covariance(a), covariance(b)
    mean = (one + other) / 2
    apart = np.array([b[0] - a[0], b[1] - a[1]])
    distance = apart @ np.linalg.inv(mean) @ apart / 8
    distance += (
        math.log(np.linalg.det(mean) / math.sqrt(np.linalg.det(one) * np.linalg.det(other))) / 2
    )
    return 1 - math.sqrt(max(0.0, 1 - math.exp(-max(0.0, distance))))


def best_rows(candidates, likeness, most_alike):
    """Return the candidates to keep, (score, class, ...) each, best first."""
    kept = []
    for one in sorted(candidates, key=lambda candidate: -candidate[0]):
        if all(one[1] != other[1] or likeness(one[2], other[2]) <= most_alike for other in kept):
            kept.append(one)
    return kept


def dense_candidates(raw, classes, threshold):
    """Return (score, class, box, rest) of the columns of a dense head above the threshold."""
    found = []
    for column in raw[0].T.astype(float):
        scores = column[4 : 4 + classes]
        best = max(range(classes), key=lambda index: scores[index])
        if scores[best] >= threshold:
            found.append((scores[best], best, list(column[:4]), list(column[4 + classes :])))
    return found


def to_source(x, y, way):
    """Return a point of the network's input in source pixels."""
    return (x - way.offset_x) / way.scale_x, (y - way.offset_y) / way.scale_y


def mask(coefficients, prototypes, box, size):
    """
    Return the mask of an object in the network's input, by interpolating pixel by pixel.

    :param box: (x0, y0, x1, y1) in the network's pixels
    :param size: width and height of the input
    """
    width, height = size
    planes, rows, columns = prototypes.shape
    summed = sum(
        float(weight) * prototypes[index].astype(float)
        for index, weight in enumerate(coefficients)
    )

    def between(count, large):
        """Return lower index, upper index and share of the upper one, for each large pixel."""
        places = (np.arange(large) + 0.5) * count / large - 0.5
        low = np.floor(places).astype(int)
        return np.clip(low, 0, count - 1), np.clip(low + 1, 0, count - 1), places - low

    top, bottom, down = between(rows, height)
    left, right, across = between(columns, width)
    upper = summed[top][:, left] * (1 - across) + summed[top][:, right] * across
    lower = summed[bottom][:, left] * (1 - across) + summed[bottom][:, right] * across
    large = upper * (1 - down)[:, None] + lower * down[:, None]
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    inside = (x >= box[0]) & (x < box[2]) & (y >= box[1]) & (y < box[3])
    assert planes == len(coefficients)
    return (large > 0) & inside


def turned_corners(box):
    """Return the four corners of (x, y, width, height, angle)."""
    x, y, width, height, angle = box
    along = np.array([math.cos(angle), math.sin(angle)]) * width / 2
    across = np.array([-math.sin(angle), math.cos(angle)]) * height / 2
    centre = np.array([x, y])
    return [centre + a * along + b * across for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))]
