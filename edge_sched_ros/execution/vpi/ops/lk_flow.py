# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pyramidal Lucas-Kanade optical flow of points."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.vpi.capability import Capability
from edge_sched_ros.execution.vpi.session import Session

NAME = 'lk_flow'
_GREY = frozenset({'U8', 'U16'})
#: smallest side of a pyramid's coarsest level on PVA
SMALLEST_LEVEL_PX = 18
#: points that fit into the arrays; more are followed in several goes
MOST_POINTS = 2048

CAPABILITIES = (
    Capability(backend='CPU', formats=_GREY, allowed={'window': range(6, 33)}),
    Capability(backend='CUDA', formats=_GREY, allowed={'window': range(6, 33)}),
    Capability(
        backend='PVA',
        formats=_GREY,
        # those of its Gaussian filter, which makes the pyramid
        least=(64, 32),
        most=(3264, 2448),
        allowed={
            'window': (7, 9, 11),
            'iterations': range(1, 33),
            'levels': range(1, 11),
        },
        since=(3, 2),
    ),
)


def run(
    session: Session,
    previous: Any,
    following: Any,
    points: NDArray[np.float32],
    backend: str,
    *,
    window: int,
    levels: int,
    iterations: int,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """
    Follow points from one grey image to the next, and wait for them.

    :param points: Nx2, at most :data:`MOST_POINTS`
    """
    vpi, unit = session.vpi, session.backend(backend)
    pyramids = [
        image.gaussian_pyramid(levels, 0.5, backend=unit, stream=session.stream)
        for image in (previous, following)
    ]
    keypoints = session.points(points, MOST_POINTS)
    # the constructor takes no stream: what it enqueues goes to the current one
    with session.stream:
        flow = vpi.OpticalFlowPyrLK(pyramids[0], keypoints, backend=unit)
    found, status = flow(pyramids[1], winsize=window, maxiter=iterations, stream=session.stream)
    places = session.read_array(found)
    lost = session.read_array(status)
    # VPI 3.2 keeps the status of lost points for the next flow until its cache is cleared
    session.clear_cache()
    count = len(points)
    return places[:count].astype(np.float32), lost.reshape(-1)[:count] == 0
