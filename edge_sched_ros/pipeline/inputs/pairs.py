# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames of two topics that belong together, by their stamps."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from dataclasses import replace
from functools import partial

from edge_sched_ros.execution.frame import Frame

#: number of frames of each topic that may wait for the other topic: with more, its frames do not
#: come
MOST_WAITING = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """
    A frame of the first topic that has ended its wait.

    :param frame: with the picture of the other as ``second``, if there is one
    :param release_ns: when it was taken, on the clock of arrivals
    :param gap_ns: without a pair, difference to the nearest stamp of the second topic; ``None``
        when no stamps are known
    """

    frame: Frame
    release_ns: int
    gap_ns: int | None = None

    @property
    def complete(self) -> bool:
        """Whether a frame of the second topic belongs to it."""
        return self.frame.second is not None or self.frame.second_message is not None


class Pairs:
    """
    Pairs the frames of two topics.

    A frame of the first topic gets the frame of the second whose stamp is nearest, among those
    within the tolerance that have arrived. Each frame is in one pair at most. A frame waits until
    nothing can come for it any more: a newer one has its pair, or the second topic has passed it.
    Frames without a stamp have no pair.

    :param first: topic whose frames activate tasks
    :param second: the other topic
    :param tolerance_ns: maximum difference of stamps; 0 for equal stamps
    :param of_depth: whether the second topic has depth images, not pictures
    """

    def __init__(
        self, first: str, second: str, tolerance_ns: int, *, of_depth: bool = False
    ) -> None:
        self.first = first
        self.second = second
        self.tolerance_ns = tolerance_ns
        self._of_depth = of_depth
        self._waiting: deque[tuple[Frame, int]] = deque()
        self._seconds: deque[Frame] = deque(maxlen=MOST_WAITING)
        #: stamp of the last frame of the second topic, also when it has its pair; 0 for none
        self._last_second_ns = 0

    def add_first(self, frame: Frame, release_ns: int) -> list[Pair]:
        """Add a frame of the first topic; return the frames whose wait has ended, in order."""
        found = self._nearest(frame.stamp_ns, [one.stamp_ns for one in self._seconds])
        if found is not None:
            return [*self._end(len(self._waiting)), self._paired(frame, release_ns, found)]
        if not frame.stamp_ns or self._passed(frame):
            return [*self._end(len(self._waiting)), self._alone(frame, release_ns)]
        self._waiting.append((frame, release_ns))
        return self._end(len(self._waiting) - MOST_WAITING)

    def add_second(self, frame: Frame) -> list[Pair]:
        """Add a frame of the second topic; return the frames whose wait has ended, in order."""
        if (frame.message if self._of_depth else frame.image) is None or not frame.stamp_ns:
            return []
        found = self._nearest(frame.stamp_ns, [one.stamp_ns for one, _ in self._waiting])
        self._seconds.append(frame)
        self._last_second_ns = frame.stamp_ns
        if found is None:
            return self._end(sum(1 for one, _ in self._waiting if self._passed(one)))
        ended = self._end(found)
        return [*ended, self._paired(*self._waiting.popleft(), len(self._seconds) - 1)]

    def expire(self, released_before_ns: int) -> list[Pair]:
        """End the waits of frames that were taken before a time; return them, in order."""
        late = [
            place for place, (_, at_ns) in enumerate(self._waiting) if at_ns < released_before_ns
        ]
        return self._end(late[-1] + 1 if late else 0)

    def forget(self) -> list[Pair]:
        """End all waits and forget all frames."""
        ended = self._end(len(self._waiting))
        self._seconds.clear()
        self._last_second_ns = 0
        return ended

    def _nearest(self, stamp_ns: int, stamps: list[int]) -> int | None:
        """Return the place of the nearest stamp within the tolerance."""
        if not stamp_ns or not stamps:
            return None
        place = min(range(len(stamps)), key=lambda index: abs(stamps[index] - stamp_ns))
        return place if abs(stamps[place] - stamp_ns) <= self.tolerance_ns else None

    def _passed(self, frame: Frame) -> bool:
        """Whether the second topic has got to frames that are too new for this one."""
        newest = self._seconds[-1].stamp_ns if self._seconds else 0
        return newest > frame.stamp_ns + self.tolerance_ns

    def _paired(self, frame: Frame, release_ns: int, place: int) -> Pair:
        """Return a pair; earlier frames of the second topic have none."""
        second = self._seconds[place]
        for _ in range(place + 1):
            self._seconds.popleft()
        if self._of_depth:
            return Pair(replace(frame, second_message=second.message), release_ns)
        camera = partial(second.camera, second) if second.camera is not None else None
        return Pair(replace(frame, second=second.image, second_camera=camera), release_ns)

    def _end(self, count: int) -> list[Pair]:
        return [self._alone(*self._waiting.popleft()) for _ in range(max(0, count))]

    def _alone(self, frame: Frame, release_ns: int) -> Pair:
        stamps = [one.stamp_ns for one in self._seconds]
        if self._last_second_ns:
            stamps.append(self._last_second_ns)
        if not (frame.stamp_ns and stamps):
            return Pair(frame, release_ns)
        gap_ns = min(abs(stamp_ns - frame.stamp_ns) for stamp_ns in stamps)
        return Pair(frame, release_ns, gap_ns)
