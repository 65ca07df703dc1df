# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C, SIGTERM and SIGHUP end the command after clean-up: bags closed, programs ended."""

from __future__ import annotations

import _thread
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_IMPORTING = '<frozen importlib._bootstrap>'
#: delay before Ctrl-C is tried again
_SOON_S = 0.02


class EndedBySignal(KeyboardInterrupt):
    """
    Raised for a signal that ends a process, like KeyboardInterrupt for Ctrl-C.

    :param number: number of the signal
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def exit_code(error: BaseException | None) -> int:
    """Return the exit code that shells give a command ended by a signal; by default by Ctrl-C."""
    number = error.number if isinstance(error, EndedBySignal) else signal.SIGINT
    return 128 + number


def _end(number: int, frame: FrameType | None) -> None:
    raise EndedBySignal(number)


class _Patient:
    """Handles Ctrl-C: raises, or waits while a module is being imported."""

    def __init__(self) -> None:
        self.waiting = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        inside = frame
        while inside is not None:
            if inside.f_code.co_filename == _IMPORTING:
                self.waiting = True
                _thread.start_new_thread(self._again_soon, ())
                return
            inside = inside.f_back
        self.waiting = False
        signal.default_int_handler(number, frame)

    def _again_soon(self) -> None:
        time.sleep(_SOON_S)
        if self.waiting:
            os.kill(os.getpid(), signal.SIGINT)


@contextmanager
def not_while_loading() -> Iterator[None]:
    """
    Hold Ctrl-C back while a module is being imported, and raise it afterwards.

    Compiled modules swallow an exception raised in them, or raise another one instead.
    """
    patient = _Patient()
    before = signal.getsignal(signal.SIGINT)
    # an ignored signal stays ignored, and only the main thread receives signals
    heard = threading.current_thread() is threading.main_thread()
    if not heard or before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, patient)
    try:
        yield
        if patient.waiting:
            raise KeyboardInterrupt
    finally:
        patient.waiting = False
        signal.signal(signal.SIGINT, before)


@contextmanager
def terminable() -> Iterator[None]:
    """Raise :class:`EndedBySignal` on signals that by default end a process at once."""
    # an ignored signal stays ignored: nohup relies on this
    before = {
        number: signal.signal(number, _end)
        for number in _SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def not_interrupted() -> Iterator[None]:
    """
    Hold Ctrl-C, SIGTERM and SIGHUP back, and raise them afterwards.

    For steps that must not be interrupted, such as the start of several threads. Threads started
    inside never receive these signals: the main thread does.
    """
    numbers = {signal.SIGINT, *_SIGNALS}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
