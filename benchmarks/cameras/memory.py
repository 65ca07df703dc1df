# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Resident memory of a process by what it is of."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import PurePosixPath

_MAPPING = re.compile(r'^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+\s*(.*)$')


def memory_mb(smaps: str) -> dict[str, float]:
    """
    Return megabytes by part: memory of its own, shared memory of DDS, and code by package.

    :param smaps: content of ``/proc/PID/smaps``
    """
    found: Counter[str] = Counter()
    part = ''
    for line in smaps.splitlines():
        if (mapping := _MAPPING.match(line)) is not None:
            part = _part(mapping[1].strip())
        elif line.startswith('Rss:'):
            found[part] += int(line.split()[1]) * 1024
    return {name: size / 1e6 for name, size in found.items()}


def _part(file: str) -> str:
    if not file or file.startswith(('[anon', '[heap')):
        return 'heap and other memory of its own'
    if file.startswith('/dev/shm'):
        return 'shared memory of DDS'
    if 'site-packages/' in file:
        # a package keeps the libraries that it brings beside itself
        return file.partition('site-packages/')[2].partition('/')[0].removesuffix('.libs')
    return PurePosixPath(file).name.partition('.so')[0] if '/' in file else file
