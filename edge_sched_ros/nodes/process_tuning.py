# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Settings of this process that a node of many images and threads is better off with."""

from __future__ import annotations

import ctypes
import sys

#: a worker that comes back from native code waits at most that long for a Python thread in its way
_SWITCH_INTERVAL_S = 0.0005
#: glibc's parameters of mallopt (malloc.h)
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
#: bytes; glibc's own adaptive threshold ends at 32 MiB as well
_KEEP_BYTES = 32 << 20


def tune_process() -> None:
    """
    Shorten Python's turns and keep the memory of images.

    glibc gives memory of freed images back to the system and gets it again, page by page, for the
    next one. Without glibc that part does nothing.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_M_MMAP_THRESHOLD, _KEEP_BYTES)
    mallopt(_M_TRIM_THRESHOLD, 2 * _KEEP_BYTES)
