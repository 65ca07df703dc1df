# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Why a call failed, when several threads call at a time and one logger hears of all failures.

TensorRT says why only to its logger, of which there is one for the process. It calls it from the
thread that called, and from threads of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Reasons:
    """What was said during one call; its text is the last of it, of its own thread if any."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.own = ''
        self.others = ''

    def __str__(self) -> str:
        """Return the reason."""
        return self.own or self.others or 'TensorRT gives no reason'


class ReasonDesk:
    """Hands what the logger is told to the calls that are under way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: tuple[Reasons, ...] = ()

    @contextmanager
    def open(self) -> Iterator[Reasons]:
        """Listen while a call is made within; what was heard may be read afterwards."""
        reasons = Reasons()
        with self._lock:
            self._under_way = (*self._under_way, reasons)
        try:
            yield reasons
        finally:
            with self._lock:
                self._under_way = tuple(r for r in self._under_way if r is not reasons)

    def tell(self, text: str) -> None:
        """
        Take a message, from any thread, also from a native one.

        One of a thread that is making a call is that call's; of others, any call's.
        """
        thread, under_way = threading.get_ident(), self._under_way
        own = [reasons for reasons in under_way if reasons.thread == thread]
        for reasons in own:
            reasons.own = text
        if not own:
            for reasons in under_way:
                reasons.others = text
