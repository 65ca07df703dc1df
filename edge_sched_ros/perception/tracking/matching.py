# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Assignment of detections to tracks; imports scipy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

#: a distance that is equal to the limit is still a match
_TOLERANCE = 1e-9


def assign(
    distance: NDArray[np.float64], limit: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """
    Return the rows and columns of the pairs whose distances are best in total.

    A pair is worth what its distance is below the limit, so that two poor pairs do not replace a
    good one, as with the cost limit of ByteTrack's solver.

    :param distance: NxM, infinite where a pair is not possible
    :param limit: maximum distance of a pair
    """
    if not distance.size:
        none = np.zeros(0, np.int64)
        return none, none
    # infinite and NaN cannot be solved
    worth = np.nan_to_num(np.minimum(distance - limit - _TOLERANCE, 0.0), nan=0.0)
    rows, columns = linear_sum_assignment(worth)
    good = worth[rows, columns] < 0
    return rows[good].astype(np.int64), columns[good].astype(np.int64)
