# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bags that are damaged, and results that cannot be written."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from faults import small_disk
from faults.fault import Fault
from faults.log import LOG
from faults.scene import VICTIM_TOPIC

_GROUP = 'bags'
#: bytes of a record of MCAP before those of its message: code, length, channel, number, times
_BEFORE = 1 + 8 + 2 + 4 + 8 + 8
_ENCODING = b'bgr8'


def _fault(name: str, begin: Callable[[Any, Random], None], says: str, **more: Any) -> Fault:
    def end(robot: Any) -> None:
        robot.damage = robot.spoil = robot.results = None

    options = {'end': end, 'line': LOG, **more}
    return Fault(name, _GROUP, begin, says=says, scenes=('bag',), **options)


def _damaged(change: Callable[[Path, Random], None]) -> Callable[[Any, Random], None]:
    """Return a beginning after which bags are damaged; it gets the file of each."""

    def begin(robot: Any, random: Random) -> None:
        robot.damage = lambda bag: change(next(bag.glob('*.mcap')), random)

    return begin


def _cut(file: Path, random: Random) -> None:
    os.truncate(file, random.randint(1, file.stat().st_size - 1))


def _noise(file: Path, random: Random) -> None:
    file.write_bytes(random.randbytes(file.stat().st_size))


def _record(file: Path, _: Random) -> None:
    """Give a record in the middle an impossible length."""
    content = bytearray(file.read_bytes())
    places = [at for at in range(len(content)) if content.startswith(_ENCODING, at)]
    place = places[len(places) // 2]
    # the code of a record of a message
    start = content.rindex(b'\x05', 0, place - _BEFORE)
    content[start + 1 : start + 9] = b'\xff' * 7 + b'\x7f'
    file.write_bytes(content)


def _metadata(robot: Any, random: Random) -> None:
    robot.damage = lambda bag: (bag / 'metadata.yaml').write_bytes(random.randbytes(500))


def _messages(robot: Any, random: Random) -> None:
    robot.spoil = lambda good: good[: random.randint(0, len(good) - 1)]


def _full(robot: Any, _: Random) -> None:
    def results() -> Path:
        place = small_disk.disk() / 'results'
        small_disk.fill(leave_kib=8)
        return place

    robot.results = results


FAULTS = (
    _fault('a bag is cut off', _damaged(_cut), 'is not a bag that can be read'),
    _fault('a bag of noise', _damaged(_noise), 'is not a bag that can be read'),
    _fault('a bag is damaged in the middle', _damaged(_record), 'cannot be read to its end'),
    _fault('the metadata of a bag are noise', _metadata, r'metadata\.yaml'),
    _fault(
        'messages of a bag are damaged',
        _messages,
        'rejected_unreadable',
        line=f'input {VICTIM_TOPIC}',
    ),
    _fault(
        'results of a bag on a full disk',
        _full,
        f'cannot be (written|created): {os.strerror(errno.ENOSPC)}',
        why_not=small_disk.why_no_disk,
    ),
)
