# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Process settings that suit a node with many images and threads."""

from __future__ import annotations

import ctypes
import gc
import sys

#: longest wait of a worker returning from native code for a running Python thread
_SWITCH_INTERVAL_S = 0.0005
#: glibc's parameters of mallopt (malloc.h)
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
#: bytes; glibc's own adaptive threshold ends at 32 MiB as well
_KEEP_BYTES = 32 << 20


def tune_process() -> None:
    """
    Shorten Python's thread switch interval and keep the memory of freed images.

    By default glibc returns the memory of freed images to the system and gets it again, page by
    page, for the next image. Without glibc the memory part does nothing.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_M_MMAP_THRESHOLD, _KEEP_BYTES)
    mallopt(_M_TRIM_THRESHOLD, 2 * _KEEP_BYTES)


def freeze_garbage() -> None:
    """
    Leave what is there now out of later garbage collections; call it when everything is loaded.

    Networks, modules and tables live as long as the node. A full collection visits each of them,
    with the interpreter stopped.
    """
    gc.collect()
    gc.freeze()


def unfreeze_garbage() -> None:
    """Let everything be collected again; call it before what is loaded is freed."""
    gc.unfreeze()
