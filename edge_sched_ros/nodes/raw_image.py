# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads serialized ``sensor_msgs`` images in place: their bytes are never copied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from struct import error as StructError
from struct import Struct

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.execution.frame import FrameError

#: bytes before the message: how it is encoded (OMG DDS-XTypes 1.3, 7.6.3.1.2)
_ENCAPSULATION = 4
#: second byte of the encapsulation -> byte order; plain CDR of version 1 and 2
_ORDERS = {0x00: '>', 0x01: '<', 0x06: '>', 0x07: '<'}


class _Layout:
    def __init__(self, order: str) -> None:
        self.stamp = Struct(f'{order}iII')
        self.count = Struct(f'{order}I')
        self.size = Struct(f'{order}III')


_LAYOUTS = {order: _Layout(order) for order in '<>'}


@dataclass(slots=True)
class Stamp:
    """A ``builtin_interfaces/Time``."""

    sec: int
    nanosec: int


@dataclass(slots=True)
class Header:
    """A ``std_msgs/Header``."""

    stamp: Stamp
    frame_id: str


@dataclass(slots=True)
class RawImage:
    """
    The fields of a ``sensor_msgs/Image``.

    :param data: a view of the bytes it was read from, which it keeps alive
    """

    header: Header
    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: memoryview


@dataclass(slots=True)
class RawCompressedImage:
    """
    The fields of a ``sensor_msgs/CompressedImage``.

    :param data: a view of the bytes it was read from, which it keeps alive
    """

    header: Header
    format: str
    data: memoryview


def read_image(serialized: bytes | memoryview) -> RawImage:
    """
    Return the image in a serialized message.

    Taking a message as a Python object copies the pixels twice and costs several times as much.

    :param serialized: CDR with its encapsulation, as from subscriptions with ``raw=True``
    :raises FrameError: when the bytes are not an image
    """
    with _reading('sensor_msgs/Image'):
        return _read(serialized, _LAYOUTS[_ORDERS[serialized[1]]])


def read_compressed_image(serialized: bytes | memoryview) -> RawCompressedImage:
    """
    Return the compressed image in a serialized message.

    :param serialized: as in :func:`read_image`
    :raises FrameError: when the bytes are not a compressed image
    """
    with _reading('sensor_msgs/CompressedImage'):
        layout = _LAYOUTS[_ORDERS[serialized[1]]]
        header, at = _header(serialized, layout)
        (length,) = layout.count.unpack_from(serialized, at)
        kind = _text(serialized, at + 4, length)
        return RawCompressedImage(
            header, kind, _data(serialized, layout, _aligned(at + 4 + length))
        )


@contextmanager
def _reading(kind: str) -> Iterator[None]:
    try:
        yield
    except (IndexError, KeyError, StructError, UnicodeDecodeError) as error:
        problem = f'not a {kind} in CDR ({brief_error(error)})'
        raise FrameError('unreadable', problem) from None


def _header(serialized: bytes | memoryview, layout: _Layout) -> tuple[Header, int]:
    """Return the header and the position of the first byte after it."""
    sec, nanosec, length = layout.stamp.unpack_from(serialized, _ENCAPSULATION)
    at = _ENCAPSULATION + layout.stamp.size
    return Header(Stamp(sec, nanosec), _text(serialized, at, length)), _aligned(at + length)


def _data(serialized: bytes | memoryview, layout: _Layout, at: int) -> memoryview:
    (count,) = layout.count.unpack_from(serialized, at)
    at += 4
    if at + count > len(serialized):
        raise IndexError(f'{count} bytes of pixels expected, {len(serialized) - at} received')
    return memoryview(serialized)[at : at + count]


def _read(serialized: bytes | memoryview, layout: _Layout) -> RawImage:
    header, at = _header(serialized, layout)
    height, width, length = layout.size.unpack_from(serialized, at)
    at += layout.size.size
    encoding = _text(serialized, at, length)
    # the byte after the text is not aligned
    is_bigendian = serialized[at + length]
    at = _aligned(at + length + 1)
    (step,) = layout.count.unpack_from(serialized, at)
    return RawImage(
        header,
        height,
        width,
        encoding,
        is_bigendian,
        step,
        _data(serialized, layout, at + 4),
    )


def _text(serialized: bytes | memoryview, at: int, length: int) -> str:
    # the length counts the zero at the end
    return str(serialized[at : at + length - 1], 'utf-8') if length else ''


def _aligned(at: int) -> int:
    return (at + 3) & ~3
