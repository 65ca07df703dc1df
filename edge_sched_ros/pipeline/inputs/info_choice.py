# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which ``CameraInfo`` belongs to a frame."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.pipeline.inputs.camera_window import fit_info
from edge_sched_ros.pipeline.inputs.camera_window import FittedInfo
from edge_sched_ros.pipeline.inputs.camera_window import MisfitError
from edge_sched_ros.pipeline.inputs.inputs import stamp_ns

#: number of CameraInfos kept: a result comes some frames after its frame
KEPT = 30


@dataclass(frozen=True, slots=True)
class _Info:
    message: Any
    stamp_ns: int
    number: int


class CameraInfos:
    """
    The CameraInfos of one image topic.

    A camera sends one per frame, with its stamp, or one for all frames, long before. In the second
    case the last one before the frame is used. After a change of the image's size, an older one is
    not used for resized images any more.

    Thread-safe.

    :param say: called once with each reason why there is none
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._said: set[str] = set()
        self._lock = threading.Lock()
        self._infos: deque[_Info] = deque(maxlen=KEPT)
        self._count = 0
        self._size: tuple[int, int] | None = None
        #: the image has its present size since this stamp and this CameraInfo
        self._since: tuple[int, int] | None = None
        self._newest_ns = 0
        #: the last one before stamps restarted: its stamp is no longer valid
        self._last_before = 0
        self._fitted: FittedInfo | None = None
        #: why the last frame had none; empty when it had one, or none was ever received
        self.problem = ''

    @property
    def last(self) -> Any:
        """The last one received, or ``None``."""
        return self._infos[-1].message if self._infos else None

    def add(self, message: Any) -> None:
        """Add a received CameraInfo."""
        try:
            at_ns = stamp_ns(message) or 0
        except FrameError:
            at_ns = 0
        with self._lock:
            self._count += 1
            self._infos.append(_Info(message, at_ns, self._count))

    def forget(self) -> None:
        """
        Restart the stamps.

        The time of the last change of size stays: CameraInfos before it are known by arrival.
        """
        with self._lock:
            self._last_before = self._count
            self._newest_ns = 0
            if self._since is not None:
                self._since = (0, self._since[1])

    def for_frame(self, frame: Frame | None) -> FittedInfo | None:
        """Return the CameraInfo of a frame with a picture, or ``None``."""
        if frame is None or frame.image is None or not self._infos:
            return None
        try:
            size = frame.image.size
            with self._lock:
                self._note_size(size, frame.stamp_ns)
                fitted = self._fit(self._belonging(frame.stamp_ns), size, frame.stamp_ns)
        except (FrameError, MisfitError) as error:
            self.problem = f'CameraInfo withheld: {error}'
            if self.problem not in self._said:
                self._said.add(self.problem)
                self._say(self.problem)
            return None
        self.problem = ''
        return fitted

    def _note_size(self, size: tuple[int, int], at_ns: int) -> None:
        if at_ns and at_ns < self._newest_ns:
            # a result that comes after one for a newer frame
            return
        if self._size not in (None, size):
            # the size changed at the first frame after the restart of stamps
            first = not self._newest_ns and self._last_before
            self._since = (0, self._last_before) if first else (at_ns, self._count)
        self._size, self._newest_ns = size, at_ns

    def _belonging(self, at_ns: int) -> _Info:
        """Return the one with the frame's stamp, else the last one from before it."""
        infos = [info for info in self._infos if info.number > self._last_before]
        if not infos:
            # all have stamps of another timeline
            return self._infos[-1]
        before = [info for info in infos if info.stamp_ns <= at_ns or not at_ns]
        return max(
            before or [infos[0]],
            # equal stamps first; without stamps the last received
            key=lambda info: (info.stamp_ns if at_ns else 0, info.number),
        )

    def _fit(self, info: _Info, size: tuple[int, int], at_ns: int) -> FittedInfo:
        known = self._fitted
        if known is not None and known.info is info.message and known.size == size:
            fitted = known
        else:
            fitted = fit_info(info.message, size)
        comparable = info.number > self._last_before
        same = comparable and at_ns and info.stamp_ns == at_ns
        if not fitted.exact and not same and self._is_older(info):
            raise MisfitError(f'it is from before the image had {size[0]}x{size[1]} pixels')
        self._fitted = fitted
        return fitted

    def _is_older(self, info: _Info) -> bool:
        """Whether a CameraInfo is older than the last change of the image's size."""
        if self._since is None:
            return False
        since_ns, number = self._since
        if since_ns and info.stamp_ns and info.number > self._last_before:
            return info.stamp_ns < since_ns
        return info.number <= number
