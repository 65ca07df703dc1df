# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""DDS domains in which tests hear nobody else."""

from __future__ import annotations

import fcntl
import itertools
import os
import tempfile
from collections import deque
from pathlib import Path
from typing import Any

_DOMAINS = itertools.count()
#: locks of the domains used last: two runs of the tests on one machine would hear each other
_LOCKS: deque[Any] = deque(maxlen=8)


def domain() -> int:
    """Return a DDS domain no other test of this machine uses now; Linux allows 0 to 101."""
    for _ in range(100):
        number = 1 + (os.getpid() * 7 + next(_DOMAINS)) % 100
        path = Path(tempfile.gettempdir(), f'edge_sched_test_domain_{os.getuid()}_{number}')
        lock = path.open('w', encoding='utf-8')
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        if len(_LOCKS) == _LOCKS.maxlen:
            _LOCKS.popleft().close()
        _LOCKS.append(lock)
        return number
    raise RuntimeError('other tests use all DDS domains')
