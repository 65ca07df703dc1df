# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The input picture of networks during measurements."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.level_depth import LevelDepth

_WIDTH, _HEIGHT, _BLOCK = 640, 480, 16


@dataclass(frozen=True, slots=True)
class Picture:
    """
    A picture as from a camera, BGR.

    :param what: description of the picture
    :param channels: of its messages, for networks without colours; 0 for colours
    """

    bgr: NDArray[np.uint8]
    what: str
    channels: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.bgr.shape[1], self.bgr.shape[0]

    def frame(self) -> Frame:
        """Return it as a new message."""
        width, height = self.size
        count, pixels = self.channels or 3, self.bgr
        if self.channels:
            pixels = np.ascontiguousarray(self.bgr[:, :, np.arange(count) % 3])
        image = SourceImage.from_raw(
            pixels.reshape(-1),
            width=width,
            height=height,
            encoding=f'8UC{count}' if self.channels else 'bgr8',
            step=count * width,
        )
        matrix = np.array([[width, 0, width / 2], [0, width, height / 2], [0, 0, 1]], np.float64)
        camera = CameraModel(matrix, np.hstack([matrix, np.zeros((3, 1))]))
        return Frame(
            '',
            0,
            0,
            '',
            image,
            second=image,
            second_message=LevelDepth(width, height),
            camera=lambda _: camera,
        )


def coloured_blocks() -> Picture:
    """Return a picture of coloured blocks, always the same."""
    draw = np.random.default_rng(0)
    blocks = draw.integers(0, 256, (_HEIGHT // _BLOCK, _WIDTH // _BLOCK, 3), np.uint8)
    bgr = np.ascontiguousarray(blocks.repeat(_BLOCK, axis=0).repeat(_BLOCK, axis=1))
    return Picture(bgr, f'{_WIDTH}x{_HEIGHT} coloured blocks')


def picture_of(path: Path, where: str) -> Picture:
    """
    Return a picture file (PNG, JPEG ...).

    :param where: the option that names it, for messages
    :raises ConfigError: when it cannot be read
    """
    if path.exists() and not path.is_file():
        raise ConfigError(where, f"'{path}' is not a regular file")
    try:
        content = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise ConfigError(where, f"'{path}' cannot be read: {error.strerror}") from None
    try:
        bgr = SourceImage.from_compressed(content).bgr()
    except FrameError as error:
        raise ConfigError(where, f"'{path}' is not a picture: {error}") from None
    return Picture(np.ascontiguousarray(bgr), f'{bgr.shape[1]}x{bgr.shape[0]} {path.name}')
