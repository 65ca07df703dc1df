# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Converts messages to frames, for messages of any library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.execution.coded_size import MOST_PIXELS
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import NoPictureError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.pipeline.inputs.stamp_age import Age
from edge_sched_ros.pipeline.inputs.stamp_age import age_of
from edge_sched_ros.pipeline.inputs.stamp_order import EQUAL
from edge_sched_ros.pipeline.inputs.stamp_order import StampOrder
from edge_sched_ros.pipeline.settings.config import COMPRESSED_TYPE
from edge_sched_ros.pipeline.settings.config import IMAGE_TYPE

_NS_PER_S = 1_000_000_000


def stamp_ns(message: Any) -> int | None:
    """
    Return the header's stamp in nanoseconds, or ``None`` for a message without a header.

    :raises FrameError: when it is not a valid time
    """
    header = getattr(message, 'header', None)
    if header is None:
        return None
    seconds, nanoseconds = int(header.stamp.sec), int(header.stamp.nanosec)
    if not 0 <= nanoseconds < _NS_PER_S:
        raise FrameError('bad_stamp', f'{nanoseconds} ns is not a fraction of a second')
    return seconds * _NS_PER_S + nanoseconds


@dataclass(slots=True)
class Arrival:
    """
    A message as a frame.

    :param age: time since it was taken, as far as its stamp tells
    :param restarted: whether its source has restarted: stamps went back for some frames
    """

    frame: Frame
    age: Age
    restarted: bool


class Input:
    """
    Makes frames from one topic's messages, in order.

    :param topic: its name
    :param kind: its message type
    :param pictures: whether to refuse an image that is not a picture; otherwise its frame has the
        message, and an image with the reason
    :param max_pixels: of an image; a larger one is refused
    """

    def __init__(
        self,
        topic: str,
        kind: str,
        *,
        pictures: bool = True,
        max_pixels: int = MOST_PIXELS,
    ) -> None:
        self.topic = topic
        self.kind = kind
        self._picture: Callable[[Any, int], SourceImage | None] = {
            IMAGE_TYPE: _raw,
            COMPRESSED_TYPE: _compressed,
        }.get(kind, lambda message, max_pixels: None)
        self._pictures = pictures
        self._max_pixels = max_pixels
        self._seq = 0
        self._order = StampOrder()

    def accept(self, message: Any, now_ns: int, *, simulated: bool = False) -> Arrival:
        """
        Return the frame of a message.

        :param now_ns: on the clock the stamps come from, 0 when unknown
        :param simulated: whether that clock is ``/clock``
        :raises FrameError: when it cannot be used, with the reason
        """
        stamp = stamp_ns(message)
        image = self._image(message)
        restarted, equal = self._order.check(stamp) if stamp else (False, False)
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
        age = Age(doubt=EQUAL) if equal else age_of(stamp, now_ns, simulated=simulated)
        return Arrival(frame, age, restarted)

    def _image(self, message: Any) -> SourceImage | None:
        try:
            return self._picture(message, self._max_pixels)
        except NoPictureError as error:
            if self._pictures:
                raise
            size = (int(getattr(message, 'width', 0)), int(getattr(message, 'height', 0)))
            return SourceImage.refused(error, size=size if all(size) else None)

    def forget(self) -> None:
        """Accept any next stamp."""
        self._order.forget()


def _raw(message: Any, max_pixels: int) -> SourceImage:
    return SourceImage.from_raw(
        message.data,
        width=int(message.width),
        height=int(message.height),
        encoding=message.encoding,
        step=int(message.step),
        is_bigendian=bool(message.is_bigendian),
        max_pixels=max_pixels,
    )


def _compressed(message: Any, max_pixels: int) -> SourceImage:
    return SourceImage.from_compressed(message.data, message.format, max_pixels=max_pixels)
