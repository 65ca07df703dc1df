# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the cameras see, rendered beforehand and kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.side_by_side.real_networks import REAL
from benchmarks.side_by_side.real_networks import street
from benchmarks.side_by_side.workload import HEIGHT
from benchmarks.side_by_side.workload import WIDTH
from edge_sched_ros.scenes.scene import RENDERER
from edge_sched_ros.scenes.scene import Scene

#: one scene per camera; none of them a training scene
_SEEDS = (41, 42, 43)
_FPS = 30.0
FRAMES = 60


def there_and_back(index: int, frames: int) -> int:
    """Return which picture a camera's n-th frame shows: to the end and back, without a jump."""
    step = index % max(1, 2 * frames - 2)
    return step if step < frames else 2 * frames - 2 - step


def picture_file(folder: Path, workload: str, say: Callable[[str], None]) -> Path:
    """
    Return a file of pictures, cameras x frames x HEIGHT x WIDTH x 3 BGR, made if need be.

    :param workload: name of the workload that looks at them
    """
    file = folder / f'pictures_{workload}_{len(_SEEDS)}x{FRAMES}_v{RENDERER}.npy'
    if not file.exists():
        say(f'pictures for the {workload} networks ...')
        pictures = street(cameras=len(_SEEDS), frames=FRAMES) if workload == REAL else _rendered()
        half = file.with_suffix('.half.npy')
        np.save(half, pictures)
        half.rename(file)
    return file


def _rendered() -> NDArray[np.uint8]:
    return np.stack(
        [
            np.stack([scene.frame(index).image_bgr for index in range(FRAMES)])
            for scene in (Scene(seed=s, width=WIDTH, height=HEIGHT, fps=_FPS) for s in _SEEDS)
        ]
    )


def grey_file(folder: Path, *, width: int, height: int) -> Path:
    """Return a file of one grey picture for one camera; others repeat it."""
    file = folder / f'grey_{width}x{height}.npy'
    np.save(file, np.full((1, 1, height, width, 3), 114, np.uint8))
    return file
