# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""SIGTERM and SIGHUP as Ctrl-C: what was begun is finished, bags closed, programs ended."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def terminable() -> Iterator[None]:
    """Raise ``KeyboardInterrupt`` on what by default ends a process on the spot."""
    # what is ignored stays so: that is what nohup does
    before = {
        number: signal.signal(number, signal.default_int_handler)
        for number in _SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
