# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Ray casting of the solids: box, sphere, upright cylinder, and the patterns they wear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.scenes.world import HALF_EXTENTS
from edge_sched_ros.scenes.world import MovingObject

Array = NDArray[np.float32]
_LIGHT = np.array([0.4, 0.8, -0.45], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Hit:
    """
    Where rays meet a solid.

    :param depth: infinite where they do not
    :param point: in the solid's own axes
    :param normal: in the solid's own axes
    """

    depth: Array
    point: Array
    normal: Array


def cast_solid(item: MovingObject, origin: Array, rays: Array, yaw: float) -> tuple[Array, Array]:
    """
    Return depth and colour of a solid along rays.

    :param origin: the camera relative to the solid's centre, world axes
    :param rays: Nx3, world axes, one unit is one metre of depth
    :returns: N depths (infinite for a miss), Nx3 BGR
    """
    turn = _turn(-yaw)
    cast = {'crate': _box, 'ball': _sphere, 'barrel': _cylinder}[item.kind]
    extents = np.array(HALF_EXTENTS[item.kind], dtype=np.float32)
    with np.errstate(divide='ignore', invalid='ignore'):
        hit = cast(turn @ origin, rays @ turn.T, extents)
    light = 0.55 + 0.45 * np.clip(hit.normal @ (turn @ _LIGHT), 0, 1)
    return hit.depth, _pattern(item, hit.point) * light[:, None]


def _turn(angle: float) -> Array:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]], dtype=np.float32)


def _finish(depth: Array, origin: Array, rays: Array) -> tuple[Array, Array]:
    depth = np.where(np.isfinite(depth) & (depth > 0.05), depth, np.inf).astype(np.float32)
    finite = np.where(np.isfinite(depth), depth, 0)
    return depth, origin + rays * finite[:, None]


def _box(origin: Array, rays: Array, extents: Array) -> Hit:
    """Slab test."""
    near = (-np.sign(rays) * extents - origin) / rays
    far = (np.sign(rays) * extents - origin) / rays
    entry = near.max(axis=1)
    depth, point = _finish(np.where(entry <= far.min(axis=1), entry, np.inf), origin, rays)
    axis = near.argmax(axis=1)
    normal = np.zeros_like(rays)
    rows = np.arange(len(rays))
    normal[rows, axis] = -np.sign(rays[rows, axis])
    return Hit(depth, point, normal)


def _quadratic(a: Array, b: Array, c: Array) -> Array:
    """Return the smaller root of a t^2 + 2 b t + c, infinite where there is none."""
    under = b * b - a * c
    return np.where(under >= 0, (-b - np.sqrt(np.maximum(under, 0))) / a, np.inf)


def _sphere(origin: Array, rays: Array, extents: Array) -> Hit:
    a = (rays * rays).sum(axis=1)
    b = rays @ origin
    c = np.full_like(a, origin @ origin - extents[0] ** 2)
    depth, point = _finish(_quadratic(a, b, c), origin, rays)
    return Hit(depth, point, point / extents[0])


def _cylinder(origin: Array, rays: Array, extents: Array) -> Hit:
    flat_rays, flat_origin = rays[:, [0, 2]], origin[[0, 2]]
    a = (flat_rays * flat_rays).sum(axis=1)
    b = flat_rays @ flat_origin
    c = np.full_like(a, flat_origin @ flat_origin - extents[0] ** 2)
    side = _quadratic(a, b, c)
    on_side = np.abs(origin[1] + rays[:, 1] * side) <= extents[1]
    side = np.where(on_side, side, np.inf)
    top = (extents[1] - origin[1]) / rays[:, 1]
    across = flat_origin + flat_rays * np.where(np.isfinite(top), top, 0)[:, None]
    top = np.where((across**2).sum(axis=1) <= extents[0] ** 2, top, np.inf)
    top = np.where(top > 0, top, np.inf)
    depth, point = _finish(np.minimum(side, top), origin, rays)
    normal = np.where(
        (top < side)[:, None], np.array([0, 1, 0], np.float32), point * [1, 0, 1] / extents[0]
    )
    return Hit(depth, point, normal.astype(np.float32))


def _pattern(item: MovingObject, point: Array) -> Array:
    """Return the colour of points on the solid: two colours in one of four patterns."""
    x, y, z = (point * (item.frequency * np.pi)).T
    waves = (
        np.sin(2 * y),
        np.sin(2 * x) * np.sin(2 * z),
        np.sin(2 * (x + y + z)),
        np.sin(2 * x) * np.sin(2 * y) * np.sin(2 * z),
    )
    second = waves[item.pattern] > 0
    return np.where(second[:, None], item.colours[1], item.colours[0])
