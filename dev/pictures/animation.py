# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The debug pictures of some seconds of the demo, as one animated picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edge_sched_ros.bags.replay import Replay
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.pipeline.debug.picture import debug_picture
from edge_sched_ros.pipeline.settings.config import from_file

#: of the bag: the first and the last but one, and every how many
_FRAMES = (5, 95, 2)
_TASKS = ('tracker', 'depth')
_WIDTH_PX, _FRAME_MS, _QUALITY = 400, 133, 60


class _Filmed(Replay):
    """A replay that keeps the answers of two tasks."""

    def __init__(self) -> None:
        super().__init__(from_file(Path('config/demo.yaml')), results=None)
        self.ends: dict[str, dict[int, JobEnd]] = {task: {} for task in _TASKS}

    def _on_end(self, end: JobEnd) -> None:
        if end.result is not None and end.task in self.ends:
            self.ends[end.task][end.release_ns] = end


def film(target: Path) -> None:
    """
    Replay the demo's bag and write the animation, as WebP.

    :raises ValueError: when a frame of it has no answer
    """
    from PIL import Image

    replay = _Filmed()
    bag = next(Path('out/demo/bags').glob('scene*'))
    replay.run(bag, progress=lambda _share: None)
    both = [set(replay.ends[task]) for task in _TASKS]
    moments = sorted(set.intersection(*both))[slice(*_FRAMES)]
    if not moments:
        raise ValueError(f'{bag}: no frame was answered by {" and ".join(_TASKS)}')
    frames = [
        Image.fromarray(
            np.hstack([_drawn(replay.ends[task][moment]) for task in _TASKS])[:, :, ::-1]
        )
        for moment in moments
    ]
    frames[0].save(
        target,
        save_all=True,
        append_images=frames[1:],
        duration=_FRAME_MS,
        loop=0,
        quality=_QUALITY,
        method=4,
    )


def _drawn(end: JobEnd) -> np.ndarray:
    import cv2

    picture = debug_picture(end, missed={}, width_px=_WIDTH_PX)
    height = picture.shape[0] * _WIDTH_PX // picture.shape[1]
    return cv2.resize(picture, (_WIDTH_PX, height), interpolation=cv2.INTER_AREA)
