# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Ray casting of the arena: textured ground, four walls, sky above."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.scenes.world import ARENA_HALF_M
from edge_sched_ros.scenes.world import WALL_HEIGHT_M

_TEXTURE_SIZE = 512
_TEXTURE_METRES = 4.0
_SKY_BGR = (235, 205, 170)


@lru_cache(maxsize=8)
def _texture(seed: int) -> NDArray[np.uint8]:
    """Return a seamless noise texture in two earthy colours, BGR."""
    random = np.random.default_rng(seed)
    height = np.zeros((_TEXTURE_SIZE, _TEXTURE_SIZE), np.float32)
    for cells, weight in ((8, 0.5), (32, 0.3), (128, 0.2)):
        noise = random.random((cells, cells), dtype=np.float32)
        # repeating the edge makes the enlarged noise seamless
        wrapped = np.pad(noise, 2, mode='wrap')
        scale = _TEXTURE_SIZE // cells
        large = cv2.resize(wrapped, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        margin = 2 * scale
        height += weight * large[margin:-margin, margin:-margin]
    tiles = np.indices(height.shape).sum(0) // 64 % 2 * 0.12
    mix = np.clip(height + tiles, 0, 1)[..., None]
    first, second = random.uniform(60, 120, 3), random.uniform(110, 190, 3)
    texture: NDArray[np.uint8] = (first * (1 - mix) + second * mix).astype(np.uint8)
    return texture


def cast_arena(
    rays: NDArray[np.float32], origin: NDArray[np.float32], seed: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """
    Return the picture and depth of the empty arena.

    :param rays: HxWx3 in world axes, scaled so that one unit along a ray is one metre of depth
    :param origin: the camera's position
    :returns: HxWx3 BGR, HxW depth in metres (infinite for sky)
    """
    with np.errstate(divide='ignore', invalid='ignore'):
        to_ground = np.where(rays[..., 1] < -1e-6, -origin[1] / rays[..., 1], np.inf)
        to_x = (np.sign(rays[..., 0]) * ARENA_HALF_M - origin[0]) / rays[..., 0]
        to_z = (np.sign(rays[..., 2]) * ARENA_HALF_M - origin[2]) / rays[..., 2]
    to_x = np.where(np.isfinite(to_x), to_x, np.inf)
    to_z = np.where(np.isfinite(to_z), to_z, np.inf)
    to_wall = np.minimum(to_x, to_z)
    depth = np.minimum(to_ground, to_wall).astype(np.float32)
    hit = origin + rays * depth[..., None]
    on_ground = to_ground <= to_wall
    along = np.where(to_x < to_z, hit[..., 2], hit[..., 0])
    u = np.where(on_ground, hit[..., 0], along)
    v = np.where(on_ground, hit[..., 2], hit[..., 1])
    scale = _TEXTURE_SIZE / _TEXTURE_METRES
    ground = _sample(_texture(seed), u * scale, v * scale)
    walls = _sample(_texture(seed + 1), u * scale, v * scale)
    image = np.where(on_ground[..., None], ground, walls // 2 + 60).astype(np.uint8)
    sky = ~on_ground & (hit[..., 1] > WALL_HEIGHT_M)
    image[sky] = _SKY_BGR
    depth[sky] = np.inf
    return image, depth


def _sample(
    texture: NDArray[np.uint8], u: NDArray[np.float32], v: NDArray[np.float32]
) -> NDArray[np.uint8]:
    size = texture.shape[0]
    sampled: Any = cv2.remap(
        texture,
        np.mod(u, size).astype(np.float32),
        np.mod(v, size).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    )
    return np.asarray(sampled, np.uint8)
