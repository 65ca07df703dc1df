# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The cells of a network's grids, in the order of its outputs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

#: column and row of each cell, Nx2, and its stride in pixels, Nx1
GridCells = tuple[NDArray[np.float32], NDArray[np.float32]]


@lru_cache(maxsize=32)
def grid_of(
    width: int, height: int, strides: tuple[int, ...], *, round_up: bool = False
) -> GridCells:
    """
    Return the cells of all grids, row by row, the grids one after the other.

    :param width: of the network's input, pixels
    :param round_up: whether a part of a cell at the border is a cell, too
    """
    cells, sizes = [], []
    for stride in strides:
        columns, rows = (
            -(-side // stride) if round_up else side // stride for side in (width, height)
        )
        pairs = np.meshgrid(np.arange(columns), np.arange(rows))
        cells.append(np.stack(pairs, axis=-1).reshape(-1, 2))
        sizes.append(np.full((cells[-1].shape[0], 1), stride))
    return np.concatenate(cells).astype(np.float32), np.concatenate(sizes).astype(np.float32)
