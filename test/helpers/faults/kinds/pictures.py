# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Compressed pictures of the victim's topic that are damaged or made to hurt."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Callable
from random import Random
from typing import Any

from faults.fault import Fault
from faults.scene import VICTIM
from faults.scene import VICTIM_TOPIC

_GROUP = 'compressed pictures'
_INPUT = f'input /{VICTIM_TOPIC}'
#: 32000x32000 pixels in a few bytes
_JPEG = b'\xff\xd8\xff\xc0\0\x11\x08' + struct.pack('>HH', 32000, 32000)
_BEGIN, _END = b'\x89PNG\r\n\x1a\n', struct.pack('>I4sI', 0, b'IEND', 0)
_PNG = _BEGIN + struct.pack('>I4sIIB4sI', 13, b'IHDR', 32000, 32000, 8, b'\2\0\0\0', 0) + _END
#: 8x8 pixels, and no more than the header
_EMPTY = _PNG.replace(struct.pack('>II', 32000, 32000), struct.pack('>II', 8, 8))


def _fault(name: str, make: Callable[[Random], dict[str, Any]], says: str, line: str) -> Fault:
    def begin(robot: Any, random: Random) -> None:
        robot.spoilt = make(random)

    def end(robot: Any) -> None:
        robot.spoilt = {}

    return Fault(
        f'picture {name}',
        _GROUP,
        begin,
        end,
        line,
        says,
        parameters={f'{VICTIM}.topic_type': 'sensor_msgs/msg/CompressedImage'},
        scenes=('node',),
    )


def _data(content: bytes) -> dict[str, Any]:
    return {'data': array('B', content)}


FAULTS = (
    _fault(
        'of 32000x32000 pixels in a JPEG of 31 bytes',
        lambda r: _data(_JPEG + r.randbytes(20)),
        'rejected_image_too_large',
        _INPUT,
    ),
    _fault(
        'of 32000x32000 pixels in a PNG of 45 bytes',
        lambda _: _data(_PNG),
        'rejected_image_too_large',
        _INPUT,
    ),
    _fault('without its pixels', lambda _: _data(_EMPTY), 'corrupt_image', VICTIM),
    _fault('of noise', lambda r: _data(b'\xff\xd8' + r.randbytes(300)), 'corrupt_image', VICTIM),
    _fault('without bytes', lambda _: _data(b''), 'rejected_short_data', _INPUT),
    _fault(
        'in an unknown format',
        lambda r: {'format': 'h264', **_data(r.randbytes(99))},
        'failed_video_stream',
        VICTIM,
    ),
)
