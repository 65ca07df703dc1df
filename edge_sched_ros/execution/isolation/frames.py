# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames and pictures as values that can be sent to another process."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.execution.encodings import ENCODINGS
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import NoPictureError
from edge_sched_ros.execution.frame import SourceImage


def frame_value(frame: Frame, *, message: bool) -> dict[str, Any]:
    """
    Return a frame as a value.

    :param message: whether its message is sent, too
    """
    return {
        'stream': frame.stream,
        'seq': frame.seq,
        'stamp_ns': frame.stamp_ns,
        'frame_id': frame.frame_id,
        'image': None if frame.image is None else image_value(frame.image),
        'message': frame.message if message else None,
    }


def frame_of(value: dict[str, Any]) -> Frame:
    """Return the frame of a value."""
    image = value.pop('image')
    return Frame(**value, image=None if image is None else image_of_value(image))


def image_value(image: SourceImage) -> dict[str, Any]:
    """Return a picture in its received form as a value; its pixels are not converted."""
    data, name = image.native()
    return {
        'data': data,
        'name': name,
        'mosaic': image.mosaic,
        'size': image.known_size,
        'problem': image.problem,
    }


def image_of_value(value: dict[str, Any]) -> SourceImage:
    """Return the picture of a value."""
    if value['problem'] is not None:
        reason, text = value['problem']
        return SourceImage.refused(NoPictureError(reason, text), size=value['size'])
    return SourceImage(
        value['data'],
        encoding=ENCODINGS[value['name']] if value['name'] else None,
        name=value['name'],
        mosaic=value['mosaic'],
        size=value['size'],
    )
