# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Debug pictures of a replay, as files."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.pipeline.debug.painter import Painter
from edge_sched_ros.pipeline.debug.picture import debug_picture
from edge_sched_ros.pipeline.settings.resources import make_folder

_log = logging.getLogger(__name__)
_WIDTH_PX, _HZ, _QUALITY = 960, 2.0, 88


class DebugPictures:
    """
    Keeps the debug picture of the newest answer of each task in a folder, as ``TASK.jpg``.

    Use it with ``with``: the pictures are complete when it ends.

    :param folder: is made if it is not there
    :raises ConfigError: when it cannot be made
    """

    def __init__(self, folder: Path, tasks: Iterable[str]) -> None:
        make_folder(folder)
        self._folder = folder
        wanted = frozenset(tasks)
        self._problems: set[str] = set()
        self._painter = Painter(lambda: wanted, self._write, self._failed, hz=_HZ)
        self._painter.wanted = wanted
        #: leaves the end of a job, from any thread
        self.offer = self._painter.offer

    def __enter__(self) -> DebugPictures:
        """Start painting."""
        self._painter.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """End painting."""
        self._painter.finish()

    def _write(self, end: JobEnd, missed: Mapping[str, int]) -> None:
        import cv2

        picture = debug_picture(end, missed=missed, width_px=_WIDTH_PX)
        _, data = cv2.imencode('.jpg', picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        (self._folder / f'{end.task}.jpg').write_bytes(data.tobytes())

    def _failed(self, error: BaseException) -> None:
        """Say once for each problem what is missing in the folder; the replay goes on."""
        problem = str(
            ConfigError(str(self._folder), f'a debug picture is not written: {brief_error(error)}')
        )
        if problem not in self._problems:
            self._problems.add(problem)
            _log.warning('%s', problem)
