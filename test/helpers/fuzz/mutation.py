# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Damaged copies of good inputs, where no fuzzer chooses them."""

from __future__ import annotations

from random import Random

#: what breaks readers: limits of numbers, ends of texts, nesting
_PIECES = (
    b'\x00',
    b'\xff\xff\xff\xff',
    b'\x7f\xff\xff\xff',
    b'\x80\x00\x00\x00',
    b'\n',
    b'\xed\xa0\x80',
    b'\x1b[31m',
    b'[' * 200,
    b'{"a":' * 200,
    b'9' * 400,
    b'-1',
    b'1e999',
    b'NaN',
    b'null',
    b'&a [*a, *a]',
    b'!!python/object',
    b'..',
)
_MOST_BYTES = 1 << 14


def damaged(good: bytes, random: Random) -> bytes:
    """Return a copy with a few random changes."""
    data = bytearray(good)
    for _ in range(random.randint(1, 4)):
        _change(data, random)
    return bytes(data[:_MOST_BYTES])


def _change(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data) + 1)
    end = min(len(data), at + random.choice((1, 1, 4, 16, 200)))
    match random.randrange(6):
        case 0 if at < len(data):
            data[at] ^= 1 << random.randrange(8)
        case 1 if at < len(data):
            data[at] = random.randrange(256)
        case 2:
            del data[at:end]
        case 3:
            data[at:at] = data[at:end] * random.choice((1, 2, 50))
        case 4:
            data[at:end] = random.choice(_PIECES)
        case _:
            data[at:at] = random.choice(_PIECES)
