# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What moved from one picture to the next, by one unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.flow_field import full_size
from edge_sched_ros.execution.vision import LK_ITERATIONS
from edge_sched_ros.execution.vision import LK_LEVELS
from edge_sched_ros.execution.vision import LK_WINDOW_PX
from edge_sched_ros.execution.vision import Picture
from edge_sched_ros.execution.vpi.capability import Request
from edge_sched_ros.execution.vpi.ops import dense_flow
from edge_sched_ros.execution.vpi.ops import lk_flow
from edge_sched_ros.execution.vpi.unit_plans import size_of
from edge_sched_ros.execution.vpi.unit_plans import UnitPlans


def follow_points(
    unit: UnitPlans, previous: Picture, following: Picture, points: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Follow points by Lucas-Kanade, as many at a time as the unit's arrays hold."""
    levels, side = LK_LEVELS, min(previous.shape[:2])
    while levels > 1 and side >> (levels - 1) < lk_flow.SMALLEST_LEVEL_PX:
        levels -= 1
    numbers = {'window': LK_WINDOW_PX, 'levels': levels, 'iterations': LK_ITERATIONS}
    way = unit.plan((Request(op='lk_flow', parameters=numbers),), 'U8', size_of(previous))
    (before, after), _ = unit.ready(way, 'lk_flow', flow_from=previous, flow_to=following)
    places = np.zeros((0, 2), np.float32)
    found = np.zeros(0, np.bool_)
    for start in range(0, len(points), lk_flow.MOST_POINTS):
        part = np.ascontiguousarray(points[start : start + lk_flow.MOST_POINTS], np.float32)
        there, good = lk_flow.run(unit.session, before, after, part, unit.backend, **numbers)
        places, found = np.concatenate([places, there]), np.concatenate([found, good])
    return places, found


def flow_of_all(unit: UnitPlans, previous: Picture, following: Picture) -> NDArray[np.float32]:
    """Return how far every pixel moved, HxWx2; known for blocks of 4x4."""
    size = size_of(previous)
    way = unit.plan((Request(op='dense_flow'),), 'U8', size)
    (before, after), _ = unit.ready(way, 'dense_flow', flow_from=previous, flow_to=following)
    return full_size(dense_flow.run(unit.session, before, after, unit.backend), size)
