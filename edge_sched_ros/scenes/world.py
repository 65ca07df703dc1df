# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The content of a scene: an arena, and objects and a camera on their paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.scenes.camera import Pose

#: class names, in the order of class ids
CLASSES = ('crate', 'ball', 'barrel')
#: half the side of the square arena, metres
ARENA_HALF_M = 12.0
#: height of the arena's walls, metres
WALL_HEIGHT_M = 5.0
#: height of the camera over the ground, metres
CAMERA_HEIGHT_M = 1.3
#: half extents (x, y, z) of each class, metres
HALF_EXTENTS = {
    'crate': (0.45, 0.45, 0.45),
    'ball': (0.4, 0.4, 0.4),
    'barrel': (0.32, 0.6, 0.32),
}


@dataclass(frozen=True, slots=True)
class Wave:
    """A sum of two sines: smooth, bounded, not periodic."""

    amplitude: float
    rates: tuple[float, float]
    phases: tuple[float, float]

    def at(self, time_s: float) -> float:
        """Return the value at a time."""
        first = np.sin(self.rates[0] * time_s + self.phases[0])
        second = np.sin(self.rates[1] * time_s + self.phases[1])
        return float(self.amplitude * (0.7 * first + 0.3 * second))


def _wave(random: np.random.Generator, amplitude: float, rate: float) -> Wave:
    rates = random.uniform(0.6, 1.4, 2) * rate
    phases = random.uniform(0, 2 * np.pi, 2)
    return Wave(
        amplitude, (float(rates[0]), float(rates[1])), (float(phases[0]), float(phases[1]))
    )


@dataclass(frozen=True, slots=True)
class MovingObject:
    """
    A moving object.

    :param identity: persistent, from 1
    :param kind: one of :data:`CLASSES`
    :param colours: two BGR colours of its pattern, 0..255
    :param pattern: which pattern it wears
    :param frequency: how fine the pattern is
    """

    identity: int
    kind: str
    centre: tuple[float, float]
    path: tuple[Wave, Wave]
    spin: float
    hop: float
    colours: NDArray[np.float32]
    pattern: int
    frequency: float

    def pose(self, time_s: float) -> tuple[NDArray[np.float32], float]:
        """Return its centre in world metres and its yaw in radians."""
        half_height = HALF_EXTENTS[self.kind][1]
        up = half_height + self.hop * abs(np.sin(2.2 * time_s + self.identity))
        x = self.centre[0] + self.path[0].at(time_s)
        z = self.centre[1] + self.path[1].at(time_s)
        return np.array([x, up, z], dtype=np.float32), self.spin * time_s


@dataclass(frozen=True, slots=True)
class World:
    """Everything of one scene that does not depend on time."""

    objects: tuple[MovingObject, ...]
    ground_seed: int
    camera_path: tuple[Wave, Wave, Wave, Wave]
    turn_rate: float
    first_yaw: float

    def camera(self, time_s: float) -> Pose:
        """Return the position of the camera."""
        path = self.camera_path
        yaw = self.first_yaw + self.turn_rate * time_s + path[2].at(time_s)
        height = CAMERA_HEIGHT_M + 0.02 * np.sin(9.0 * time_s)
        pitch = 0.16 + path[3].at(time_s)
        return Pose(path[0].at(time_s), float(height), path[1].at(time_s), yaw, pitch)


def make_world(seed: int, *, objects: int = 18) -> World:
    """Return the world of a seed; always the same for the same seed."""
    random = np.random.default_rng(seed)
    return World(
        objects=tuple(_object(random, index + 1, objects) for index in range(objects)),
        ground_seed=int(random.integers(1 << 30)),
        camera_path=(
            _wave(random, 1.5, 0.3),
            _wave(random, 1.5, 0.3),
            _wave(random, 0.5, 0.5),
            _wave(random, 0.03, 0.8),
        ),
        turn_rate=float(random.uniform(0.08, 0.16) * random.choice([-1, 1])),
        first_yaw=float(random.uniform(0, 2 * np.pi)),
    )


def _object(random: np.random.Generator, identity: int, count: int) -> MovingObject:
    kind = CLASSES[int(random.integers(len(CLASSES)))]
    # spread over the circle so that some are in view wherever the camera looks
    angle = 2 * np.pi * (identity + random.uniform(-0.4, 0.4)) / count
    distance = random.uniform(3.6, 9.0)
    return MovingObject(
        identity=identity,
        kind=kind,
        centre=(float(distance * np.sin(angle)), float(distance * np.cos(angle))),
        path=(_wave(random, 1.1, 0.8), _wave(random, 1.1, 0.8)),
        spin=float(random.uniform(-0.8, 0.8)),
        hop=0.5 if kind == 'ball' else 0.0,
        colours=_two_colours(random),
        pattern=int(random.integers(4)),
        frequency=float(random.uniform(2.0, 5.0)),
    )


def _two_colours(random: np.random.Generator) -> NDArray[np.float32]:
    """Return two clearly different BGR colours."""
    hue = random.uniform(0, 1)
    return np.stack([_hue(hue, 0.95), _hue(hue + random.uniform(0.25, 0.75), 0.55)])


def _hue(hue: float, value: float) -> NDArray[np.float32]:
    angles = 2 * np.pi * (hue + np.array([0.0, 1 / 3, 2 / 3]))
    colour: NDArray[np.float32] = (255 * value * (0.5 + 0.5 * np.cos(angles))).astype(np.float32)
    return colour
