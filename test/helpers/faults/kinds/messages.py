# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages of the victim's topic that are damaged, lie, or do not come."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from random import Random
from typing import Any

from faults.fault import Fault
from faults.fault import OK
from faults.scene import VICTIM
from faults.scene import VICTIM_TOPIC

_LINE = f'input /{VICTIM_TOPIC}'
_GROUP = 'messages'


def _spoilt(name: str, says: str, make: Callable[[Random], dict[str, Any]], **more: Any) -> Fault:
    """Return the fault that fields of every message are spoilt."""

    def begin(robot: Any, random: Random) -> None:
        robot.spoilt = make(random)

    def end(robot: Any) -> None:
        robot.spoilt = {}

    options = {'line': _LINE, 'says': says, 'scenes': ('node',), **more}
    return Fault(f'image {name}', _GROUP, begin, end, **options)


def _bytes(name: str, spoil: Callable[[bytes, Random], bytes], **more: Any) -> Fault:
    """Return the fault that the serialized messages are damaged."""

    def begin(robot: Any, random: Random) -> None:
        from rclpy.serialization import serialize_message

        whole = robot.publish_bad

        def damaged() -> None:
            good = serialize_message(robot.image())
            robot.bench.publish_bytes(VICTIM_TOPIC, spoil(good, random))

        robot.whole, robot.publish_bad = whole, damaged

    def end(robot: Any) -> None:
        robot.publish_bad = robot.whole

    options = {'line': _LINE, 'says': 'rejected_unreadable', 'scenes': ('node',), **more}
    return Fault(f'message {name}', _GROUP, begin, end, **options)


def _flip(good: bytes, random: Random) -> bytes:
    """Return a message in which the lengths at its beginning are wrong."""
    damaged = bytearray(good)
    # frame_id's length is at 12, after the encapsulation and the stamp
    damaged[12:16] = random.randbytes(3) + b'\x7f'
    return bytes(damaged)


def _frame_id(_: Random) -> dict[str, Any]:
    from std_msgs.msg import Header

    return {
        'header': Header(frame_id='lens\n\x1b[31mERROR all is lost\x1b[0m\u202e' + 'x' * 10_000)
    }


def _silent(robot: Any, _: Random) -> None:
    robot.whole, robot.publish_bad = robot.publish_bad, lambda: None


def _heard(robot: Any) -> None:
    robot.publish_bad = robot.whole


FAULTS: tuple[Fault, ...] = (
    _spoilt(
        'of an unknown encoding',
        'failed_unknown_encoding',
        lambda _: {'encoding': 'yuv9'},
        line=VICTIM,
    ),
    _spoilt(
        'with control characters in its encoding',
        'failed_unknown_encoding',
        lambda _: {'encoding': 'bgr8\n\x1b[31mERROR all is lost'},
        line=VICTIM,
    ),
    _spoilt(
        'with control characters in its frame_id',
        '',
        _frame_id,
        line=VICTIM,
        level=OK,
        clears=False,
    ),
    _spoilt('without pixels', 'rejected_zero_size', lambda _: {'width': 0, 'height': 0}),
    _spoilt('with too short a step', 'rejected_bad_step', lambda r: {'step': r.randint(0, 47)}),
    _spoilt(
        'with less data than it says',
        'rejected_short_data',
        lambda r: {'data': array('B', bytes(r.randint(0, 700)))},
    ),
    _spoilt(
        'that claims to be very large',
        'rejected_image_too_large',
        lambda _: {'width': 2**31, 'height': 2**31, 'step': 2**32 - 1},
    ),
    _bytes('cut short', lambda good, r: good[: r.randint(0, len(good) - 1)]),
    _bytes('with wrong lengths', _flip),
    _bytes('of noise', lambda good, r: r.randbytes(r.randint(1, 2000))),
    Fault(
        'no message comes',
        _GROUP,
        _silent,
        _heard,
        line=_LINE,
        says='no message on',
        parameters={'silent_after_ms': 500.0},
        scenes=('node',),
    ),
)
