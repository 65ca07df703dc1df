# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The operations on pictures by OpenCV, on the calling thread."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.formats import convert_on_host
from edge_sched_ros.execution.preprocess.opencv_tnr import OpenCvDenoiser
from edge_sched_ros.execution.vision import LK_ITERATIONS
from edge_sched_ros.execution.vision import LK_LEVELS
from edge_sched_ros.execution.vision import LK_WINDOW_PX
from edge_sched_ros.execution.vision import Picture
from edge_sched_ros.execution.vision import UnsupportedOpError
from edge_sched_ros.execution.vision import Warp

#: minimum side of a pyramid's coarsest level
_SMALLEST_LEVEL_PX = 18
#: minimum side of a picture for dense flow: that of an OFA
_SMALLEST_FLOW_PX = 32


class OpenCvOps:
    """Implements :class:`~edge_sched_ros.execution.vision.VisionOps` on CPU cores."""

    def convert(self, picture: Any, source: str, target: str) -> Any:
        """Change the colour format."""
        try:
            return convert_on_host(picture, source, target)
        except KeyError:
            raise UnsupportedOpError(f'OpenCV: no conversion from {source} to {target}') from None

    def rescale(
        self, picture: Picture, size: tuple[int, int], *, interpolation: str = 'linear'
    ) -> Picture:
        """Resize."""
        import cv2

        method = getattr(cv2, f'INTER_{interpolation.upper()}')
        return cv2.resize(picture, size, interpolation=method)  # type: ignore[return-value]

    def remap(self, picture: Picture, warp: Warp) -> Picture:
        """Warp by a map."""
        import cv2

        return cv2.remap(  # type: ignore[return-value]
            picture, warp.map_x, warp.map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
        )

    def perspective_warp(
        self, picture: Picture, matrix: NDArray[np.float64], size: tuple[int, int]
    ) -> Picture:
        """Warp by a 3x3 matrix."""
        import cv2

        return cv2.warpPerspective(picture, np.asarray(matrix, np.float64), size)  # type: ignore[return-value]

    def point_flow(
        self, previous: Picture, following: Picture, points: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Track points by Lucas-Kanade."""
        import cv2

        if not len(points):
            return np.zeros((0, 2), np.float32), np.zeros(0, np.bool_)
        start = np.ascontiguousarray(points, np.float32).reshape(-1, 1, 2)
        found, status, _ = cv2.calcOpticalFlowPyrLK(
            previous,
            following,
            start,
            None,  # type: ignore[call-overload]
            winSize=(LK_WINDOW_PX, LK_WINDOW_PX),
            maxLevel=levels_for(previous, LK_LEVELS) - 1,
            criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, LK_ITERATIONS, 0.02),
        )
        return found.reshape(-1, 2), status.reshape(-1).astype(np.bool_)

    def dense_flow(self, previous: Picture, following: Picture) -> NDArray[np.float32]:
        """Compute dense flow by dense inverse search (Kroeger et al., ECCV 2016)."""
        import cv2

        if min(previous.shape[:2]) < _SMALLEST_FLOW_PX:
            raise UnsupportedOpError(
                f'OpenCV: dense flow needs {_SMALLEST_FLOW_PX}x{_SMALLEST_FLOW_PX}, '
                f'not {previous.shape[1]}x{previous.shape[0]}'
            )
        made = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)  # type: ignore[attr-defined]
        return made.calc(previous, following, None)  # type: ignore[no-any-return]

    def harris(
        self,
        picture: Picture,
        *,
        quality: float = 0.05,
        sensitivity: float = 0.04,
        min_distance: float = 8.0,
        most: int = 500,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Find corners."""
        import cv2

        corners = cv2.goodFeaturesToTrack(
            picture,
            most,
            quality,
            min_distance,
            blockSize=3,
            useHarrisDetector=True,
            k=sensitivity,
        )
        if corners is None:
            return np.zeros((0, 2), np.float32), np.zeros(0, np.float32)
        places = corners.reshape(-1, 2).astype(np.float32)
        strength = cv2.cornerHarris(picture, 3, 3, sensitivity)
        columns, rows = places.astype(np.int64).T
        scores = strength[rows, columns]
        return places, (scores / max(float(strength.max()), 1e-12)).astype(np.float32)

    def stereo(
        self, left: Picture, right: Picture, *, max_disparity: int = 64, window: int = 5
    ) -> NDArray[np.float32]:
        """Match by semi-global block matching."""
        import cv2

        if max_disparity % 16:
            raise UnsupportedOpError(
                f'OpenCV: max_disparity must be a multiple of 16, not {max_disparity}'
            )
        matcher = cv2.StereoSGBM_create(  # type: ignore[attr-defined]
            minDisparity=0,
            numDisparities=max_disparity,
            blockSize=window,
            P1=8 * window * window,
            P2=32 * window * window,
            uniquenessRatio=5,
            speckleWindowSize=50,
            speckleRange=2,
        )
        # OpenCV counts in sixteenths, with -1 for unknown
        raw: NDArray[np.int16] = matcher.compute(left, right)
        disparity = raw.astype(np.float32) / 16
        disparity[disparity < 0] = np.nan
        return disparity

    def denoiser(self, size: tuple[int, int], *, strength: float = 0.5) -> OpenCvDenoiser:
        """Return a temporal filter."""
        return OpenCvDenoiser(strength)


def levels_for(picture: Picture, wanted: int) -> int:
    """Return the possible number of pyramid levels of a picture, at most the given number."""
    side = min(picture.shape[:2])
    levels = 1
    while levels < wanted and side >> levels >= _SMALLEST_LEVEL_PX:
        levels += 1
    return levels
