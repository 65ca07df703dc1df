# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The number of scans of a JPEG, read from its markers without decoding it.

Each scan passes over the whole picture, and one that changes nothing takes some ten bytes: a file
of a megabyte could keep a core for minutes.
"""

from __future__ import annotations

import re

#: maximum number of scans; encoders write 10 to 14 in a progressive picture, 1 to 4 in others
MOST_SCANS = 64
_JPEG = b'\xff\xd8\xff'
_SCAN = re.compile(rb'\xff\xda')
#: a marker in coded pixels: neither a stuffed byte, nor a restart, nor a fill byte
_MARKER = re.compile(rb'\xff[^\x00\xd0-\xd7\xff]', re.DOTALL)
_END, _SOS, _TEMPORARY = 0xD9, 0xDA, 0x01


def too_many_scans(data: memoryview) -> bool:
    """
    Return whether a picture is a JPEG with more scans than are decoded.

    :param data: a whole file
    """
    if bytes(data[:3]) != _JPEG:
        return False
    # metadata may look like scans, but nothing hides one: the exact way is seldom needed
    if not _more_than(MOST_SCANS, data):
        return False
    return _scans(data, MOST_SCANS + 1) > MOST_SCANS


def _more_than(count: int, data: memoryview) -> bool:
    return any(number >= count for number, _ in enumerate(_SCAN.finditer(data)))


def _scans(data: memoryview, most: int) -> int:
    """Return the number of scans, counted up to ``most``; segments with a length are skipped."""
    at, found = 2, 0
    while found < most:
        marker = _MARKER.search(data, at)
        if marker is None:
            break
        kind, at = marker[0][1], marker.end()
        if kind == _END:
            break
        if kind == _TEMPORARY or kind == 0xD8:
            continue
        # the length counts its own two bytes
        at += max(2, int.from_bytes(data[at : at + 2], 'big'))
        found += kind == _SOS
    return found
