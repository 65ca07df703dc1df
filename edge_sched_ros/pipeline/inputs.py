# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From messages to frames, whichever library the messages come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.pipeline.config import COMPRESSED_TYPE
from edge_sched_ros.pipeline.config import IMAGE_TYPE

#: an age beyond this says that the clocks have nothing to do with each other
_ABSURD_AGE_NS = 3_600_000_000_000
#: so many frames in a row before the last stamp mean that the source started again
_RESTART_FRAMES = 3


def stamp_ns(message: Any) -> int | None:
    """Return the header's stamp in nanoseconds, or ``None`` for a message without a header."""
    header = getattr(message, 'header', None)
    if header is None:
        return None
    return int(header.stamp.sec) * 1_000_000_000 + int(header.stamp.nanosec)


@dataclass(slots=True)
class Arrival:
    """
    A message as a frame.

    :param age_ns: how long ago it was taken, 0 when unknown
    :param restarted: the stamps have gone back for some frames: the source began anew
    """

    frame: Frame
    age_ns: int
    restarted: bool


class Input:
    """
    Makes frames of one topic's messages, in order.

    :param topic: its name
    :param kind: its message type
    """

    def __init__(self, topic: str, kind: str) -> None:
        self.topic = topic
        self.kind = kind
        self._picture: Callable[[Any], SourceImage | None] = {
            IMAGE_TYPE: _raw,
            COMPRESSED_TYPE: _compressed,
        }.get(kind, lambda message: None)
        self._seq = 0
        self._last_stamp_ns: int | None = None
        #: stamps of frames in a row that lie before the last one, and follow each other
        self._earlier: list[int] = []
        #: messages whose stamp was zero: taken, their age unknown
        self.zero_stamps = 0

    def accept(self, message: Any, now_ns: int) -> Arrival:
        """
        Return the frame of a message.

        :param now_ns: on the clock the stamps come from, 0 when unknown
        :raises FrameError: when it cannot be used, with the reason
        """
        stamp = stamp_ns(message)
        restarted = self._check_order(stamp)
        image = self._picture(message)
        self._seq += 1
        header = getattr(message, 'header', None)
        frame = Frame(
            stream=self.topic,
            seq=self._seq,
            stamp_ns=stamp or 0,
            frame_id=header.frame_id if header is not None else '',
            image=image,
            message=message,
        )
        if stamp:
            self._last_stamp_ns = stamp
        return Arrival(frame, age_ns(stamp, now_ns), restarted)

    def forget(self) -> None:
        """Take whatever stamp comes next."""
        self._last_stamp_ns = None
        self._earlier.clear()

    def _check_order(self, stamp: int | None) -> bool:
        if stamp == 0:
            self.zero_stamps += 1
        if not stamp or self._last_stamp_ns is None or stamp > self._last_stamp_ns:
            self._earlier.clear()
            return False
        if self._earlier and stamp <= self._earlier[-1]:
            self._earlier.clear()
        self._earlier.append(stamp)
        if len(self._earlier) >= _RESTART_FRAMES:
            self._earlier.clear()
            return True
        raise FrameError(
            'backward_stamp',
            f'stamp {stamp} ns does not follow {self._last_stamp_ns} ns',
        )


def age_ns(stamp: int | None, now_ns: int) -> int:
    """Return how old a stamp is; 0 when either is unknown or they cannot be compared."""
    if not stamp or not now_ns:
        return 0
    age = now_ns - stamp
    return age if 0 < age < _ABSURD_AGE_NS else 0


def _raw(message: Any) -> SourceImage:
    return SourceImage.from_raw(
        message.data,
        width=int(message.width),
        height=int(message.height),
        encoding=message.encoding,
        step=int(message.step),
        is_bigendian=bool(message.is_bigendian),
    )


def _compressed(message: Any) -> SourceImage:
    return SourceImage.from_compressed(message.data)
