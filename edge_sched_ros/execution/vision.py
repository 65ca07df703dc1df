# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Operations on pictures, the same whichever unit carries them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import EdgeSchedError

#: a picture: HxW (grey), HxWx3 (BGR) or HxWx4 (BGRA), uint8
Picture = NDArray[np.uint8]

#: names of the operations
OPERATIONS = (
    'convert',
    'rescale',
    'remap',
    'perspective_warp',
    'dense_flow',
    'point_flow',
    'harris',
    'stereo',
    'tnr',
)

#: of Lucas-Kanade: side of the patch compared (a PVA knows 7, 9 and 11), levels of the pyramid,
#: and steps on each
LK_WINDOW_PX = 11
LK_LEVELS = 3
LK_ITERATIONS = 10


class UnsupportedOpError(EdgeSchedError):
    """A unit cannot do an operation on such a picture; the message says why."""


@dataclass(frozen=True, eq=False, slots=True)
class Warp:
    """
    Where each pixel of the result comes from.

    Compared by identity: make one per camera and keep it, what units build from it is kept too.

    :param map_x: HxW float32, column in the source, pixels
    :param map_y: HxW float32, row in the source, pixels
    """

    map_x: NDArray[np.float32]
    map_y: NDArray[np.float32]

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height of the result."""
        return self.map_x.shape[1], self.map_x.shape[0]


def undistortion(
    camera_matrix: NDArray[np.float64], distortion: NDArray[np.float64], size: tuple[int, int]
) -> Warp:
    """
    Return the warp that straightens what a lens bends.

    :param camera_matrix: 3x3, ``K`` of CameraInfo
    :param distortion: ``D`` of CameraInfo, of the ``plumb_bob`` or ``rational_polynomial`` model
    :param size: width and height, pixels
    """
    import cv2

    map_x, map_y = cv2.initUndistortRectifyMap(
        camera_matrix, distortion, np.eye(3), camera_matrix, size, cv2.CV_32FC1
    )
    return Warp(np.asarray(map_x, np.float32), np.asarray(map_y, np.float32))


class Denoiser(Protocol):
    """Temporal noise reduction of one camera: remembers the frame before."""

    def __call__(self, picture: Picture) -> Picture:
        """Return the picture with less noise."""

    def reset(self) -> None:
        """Forget the frame before."""


class VisionOps(Protocol):
    """
    Operations on pictures by one unit.

    Every method raises :class:`UnsupportedOpError` where the unit cannot do it.
    """

    def convert(self, picture: Any, source: str, target: str) -> Any:
        """
        Change the colour format.

        :param source: format of the picture, as VPI names it: ``BGR8``, ``NV12_ER`` ...; a
            picture of several planes is a list of them
        """

    def rescale(
        self, picture: Picture, size: tuple[int, int], *, interpolation: str = 'linear'
    ) -> Picture:
        """
        Return the picture at another width and height.

        :param interpolation: one of ``execution.input_spec.INTERPOLATIONS``
        """

    def remap(self, picture: Picture, warp: Warp) -> Picture:
        """Return the picture warped; black where the source has nothing."""

    def perspective_warp(
        self, picture: Picture, matrix: NDArray[np.float64], size: tuple[int, int]
    ) -> Picture:
        """
        Return the picture seen from elsewhere; black where the source has nothing.

        :param matrix: 3x3, from source pixels to those of the result
        """

    def dense_flow(self, previous: Picture, following: Picture) -> NDArray[np.float32]:
        """
        Return how far every pixel of one grey picture moved to the next.

        HxWx2, pixels right and down. Units may know it for blocks of pixels only.
        """

    def point_flow(
        self, previous: Picture, following: Picture, points: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """
        Find points of one grey picture in the next.

        By pyramidal Lucas-Kanade, or from the flow of all pixels where a unit knows only that.

        :param points: Nx2, pixels
        :returns: Nx2 places in the next picture, and which of them were found
        """

    def harris(
        self,
        picture: Picture,
        *,
        quality: float = 0.05,
        sensitivity: float = 0.04,
        min_distance: float = 8.0,
        most: int = 500,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """
        Find corners of a grey picture, the strongest first.

        :param quality: corners weaker than this share of the strongest are left out, 0..1
        :param sensitivity: k of Harris and Stephens' score ``det - k * trace^2``
        :param min_distance: between two corners, pixels
        :returns: Nx2 pixels, and N scores as shares of the strongest
        """

    def stereo(
        self, left: Picture, right: Picture, *, max_disparity: int = 64, window: int = 5
    ) -> NDArray[np.float32]:
        """
        Return how far each pixel of the left grey picture lies further right than in the right.

        Both must be rectified. Pixels; NaN where it is not known.
        """

    def denoiser(self, size: tuple[int, int], *, strength: float = 0.5) -> Denoiser:
        """
        Return a temporal noise reduction for BGR pictures of a size.

        :param strength: 0 (none) to 1
        """
