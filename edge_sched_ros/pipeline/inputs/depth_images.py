# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The latest images of depth cameras, for tasks that need the depth of another camera's frame."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Iterable

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.perception.depth_images import depth_map
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig

#: images kept of a topic: a result comes some frames after its frame
_KEPT = 10
_NS_PER_MS = 1_000_000


class DepthImages:
    """
    Keeps the latest depth images of every topic that a task names.

    Thread-safe.
    """

    def __init__(self, tasks: Iterable[TaskConfig]) -> None:
        self._latest: dict[str, deque[Frame]] = {
            task.depth_topic: deque(maxlen=_KEPT) for task in tasks if task.depth_topic
        }
        self._lock = threading.Lock()

    def note(self, frame: Frame) -> None:
        """Keep a frame, if a task uses its topic."""
        kept = self._latest.get(frame.stream)
        if kept is not None:
            with self._lock:
                kept.append(frame)

    def forget(self, topic: str = '') -> None:
        """Forget the images of a topic; of all by default."""
        with self._lock:
            for name, kept in self._latest.items():
                if topic in ('', name):
                    kept.clear()

    def for_frame(self, topic: str, tolerance_ms: float, frame: Frame) -> DepthMap:
        """
        Return the depth of a frame's picture: of the image with the nearest stamp.

        The image of another frame is never returned: an image that is nearer may still be on its
        way, unless the difference is at most half of the period of the depth images.

        :param tolerance_ms: largest difference of the stamps
        :raises FrameError: when none is near enough, or it is no image of depth
        """
        with self._lock:
            kept = list(self._latest[topic])
        if not kept:
            raise _no_depth(f'no depth image of {topic} has come', 'none')
        if not frame.stamp_ns:
            raise _no_depth(f'a frame of {frame.stream} has no stamp', 'no stamp')
        nearest = min(kept, key=lambda one: abs(one.stamp_ns - frame.stamp_ns))
        problem = _too_far(nearest, frame, tolerance_ms, _period_ns(kept))
        if problem:
            passed = any(one.stamp_ns > frame.stamp_ns for one in kept)
            late = '' if passed else '; its own may be late: a task depth_image waits for it'
            told = f'the nearest depth image of {topic} is {problem}{late}'
            raise _no_depth(told, 'apart' if passed else 'late')
        if frame.image is None:
            raise FrameError('no_image', f'a frame of {frame.stream} has no picture')
        return depth_map(nearest.message, frame.image.size)


def _no_depth(told: str, cause: str) -> FrameError:
    return FrameError('no_depth', told, about=cause)


def _period_ns(kept: Iterable[Frame]) -> int:
    """Return the least distance of images in time; 0 when there is only one."""
    stamps = sorted({one.stamp_ns for one in kept})
    return min((later - one for one, later in itertools.pairwise(stamps)), default=0)


def _too_far(nearest: Frame, frame: Frame, tolerance_ms: float, period_ns: int) -> str:
    """Return why the nearest depth image may be of another frame; empty if it is of this one."""
    away_ns = abs(nearest.stamp_ns - frame.stamp_ns)
    away = f'{away_ns / _NS_PER_MS:.1f} ms away'
    if away_ns > tolerance_ms * _NS_PER_MS:
        return f'{away}, more than depth_tolerance_ms ({tolerance_ms:g})'
    if not away_ns or 2 * away_ns <= period_ns:
        return ''
    if not period_ns:
        return f'{away}, and the time between depth images is not known yet'
    period = f'{period_ns / _NS_PER_MS:.1f} ms'
    return f'{away}, more than half of the time between depth images ({period})'
