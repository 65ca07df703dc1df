# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A scene: a picture with ground truth for every frame, a pure function of seed and index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.scenes.arena import cast_arena
from edge_sched_ros.scenes.camera import Intrinsics
from edge_sched_ros.scenes.camera import pixel_rays
from edge_sched_ros.scenes.camera import Pose
from edge_sched_ros.scenes.solids import cast_solid
from edge_sched_ros.scenes.world import CLASSES
from edge_sched_ros.scenes.world import HALF_EXTENTS
from edge_sched_ros.scenes.world import make_world
from edge_sched_ros.scenes.world import MovingObject

#: changes when pictures of the same seed change
RENDERER = 1
#: an object must show this share of its outline to count as visible
VISIBLE_SHARE = 0.35
_SMALLEST_SIDE_PX = 7
_FAINTEST_PX = 40


@dataclass(frozen=True, slots=True)
class SceneObject:
    """
    The truth of one object in one frame.

    :param box_xyxy: its outline in pixels, clipped to the image, hidden parts included
    :param visible_share: visible pixels over outline pixels, 0..1
    :param distance_m: depth of its nearest visible point
    """

    identity: int
    class_id: int
    label: str
    box_xyxy: tuple[float, float, float, float]
    visible_share: float
    distance_m: float

    @property
    def visible(self) -> bool:
        """Whether a detector is expected to find it."""
        return self.visible_share >= VISIBLE_SHARE


@dataclass(frozen=True, slots=True)
class SceneFrame:
    """
    One frame with its truth.

    :param image_bgr: HxWx3 uint8
    :param depth_m: HxW float32, metres along the optical axis, NaN for sky
    :param objects: all objects that are visible at all
    """

    image_bgr: NDArray[np.uint8]
    depth_m: NDArray[np.float32]
    objects: tuple[SceneObject, ...]
    camera: Pose


class Scene:
    """
    A moving camera among moving objects.

    :param seed: determines everything
    :param fps: frames a second
    """

    def __init__(
        self, *, seed: int, width: int = 320, height: int = 240, fps: float = 15.0
    ) -> None:
        self.seed = seed
        self.fps = fps
        focal = 0.85 * width
        self.intrinsics = Intrinsics(
            width, height, focal, focal, (width - 1) / 2, (height - 1) / 2
        )
        self._world = make_world(seed)

    def frame(self, index: int) -> SceneFrame:
        """Return a frame with its truth."""
        time_s = index / self.fps
        camera = self._world.camera(time_s)
        rotation, origin = camera.rotation, camera.position
        rays = pixel_rays(self.intrinsics) @ rotation.T
        image, depth = cast_arena(rays, origin, self._world.ground_seed)
        owner = np.zeros(depth.shape, np.int16)
        outlines = {}
        for item in self._world.objects:
            outline = self._draw(item, time_s, rotation, origin, rays, image, depth, owner)
            if outline is not None:
                outlines[item.identity] = outline
        objects = tuple(
            found
            for item in self._world.objects
            if item.identity in outlines
            and (found := self._truth(item, outlines[item.identity], owner, depth)) is not None
        )
        noise = np.random.default_rng((self.seed, index)).normal(0, 3, image.shape)
        noisy = np.clip(image + noise, 0, 255).astype(np.uint8)
        return SceneFrame(noisy, np.where(np.isfinite(depth), depth, np.nan), objects, camera)

    def _draw(
        self,
        item: MovingObject,
        time_s: float,
        rotation: NDArray[np.float32],
        origin: NDArray[np.float32],
        rays: NDArray[np.float32],
        image: NDArray[np.uint8],
        depth: NDArray[np.float32],
        owner: NDArray[np.int16],
    ) -> tuple[int, int, int, int, int] | None:
        """Draw one object behind nearer ones; return its outline's box and area in pixels."""
        centre, yaw = item.pose(time_s)
        window = self._window(item, rotation.T @ (centre - origin))
        if window is None:
            return None
        top, bottom, left, right = window
        part = np.s_[top:bottom, left:right]
        shape = depth[part].shape
        hit, colour = cast_solid(item, origin - centre, rays[part].reshape(-1, 3), yaw)
        hit = hit.reshape(shape)
        inside = np.isfinite(hit)
        if not inside.any():
            return None
        front = inside & (hit < depth[part])
        image[part][front] = colour.reshape(*shape, 3)[front].astype(np.uint8)
        depth[part][front] = hit[front]
        owner[part][front] = item.identity
        rows, columns = np.where(inside.any(axis=1))[0], np.where(inside.any(axis=0))[0]
        return (
            int(left + columns[0]),
            int(top + rows[0]),
            int(left + columns[-1] + 1),
            int(top + rows[-1] + 1),
            int(inside.sum()),
        )

    def _window(
        self, item: MovingObject, centre: NDArray[np.float32]
    ) -> tuple[int, int, int, int] | None:
        """Return the pixels an object can cover (top, bottom, left, right), or ``None``."""
        radius = float(np.linalg.norm(HALF_EXTENTS[item.kind]))
        nearest = float(centre[2]) - radius
        if nearest < 0.4:
            return None
        lens = self.intrinsics
        reach = lens.fx * radius / nearest + 2
        column = lens.cx + lens.fx * centre[0] / centre[2]
        row = lens.cy + lens.fy * centre[1] / centre[2]
        top, bottom = max(0, int(row - reach)), min(lens.height, int(row + reach) + 1)
        left, right = max(0, int(column - reach)), min(lens.width, int(column + reach) + 1)
        return (top, bottom, left, right) if top < bottom and left < right else None

    @staticmethod
    def _truth(
        item: MovingObject,
        outline: tuple[int, int, int, int, int],
        owner: NDArray[np.int16],
        depth: NDArray[np.float32],
    ) -> SceneObject | None:
        left, top, right, bottom, area = outline
        mine = owner[top:bottom, left:right] == item.identity
        seen = int(mine.sum())
        if seen < _FAINTEST_PX or min(right - left, bottom - top) < _SMALLEST_SIDE_PX:
            return None
        return SceneObject(
            identity=item.identity,
            class_id=CLASSES.index(item.kind),
            label=item.kind,
            box_xyxy=(left, top, right, bottom),
            visible_share=seen / area,
            distance_m=float(depth[top:bottom, left:right][mine].min()),
        )
