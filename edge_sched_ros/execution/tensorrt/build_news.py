# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Who hears how far builds of engines are.

A build takes minutes, in whatever thread loads the network, and deep below what could report it:
so listeners are of the process, as TensorRT's logger is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from edge_sched_ros.execution.tensorrt.progress import Progress

BUILDING, BUILT, FAILED = 'building', 'built', 'failed'


@dataclass(frozen=True, slots=True)
class BuildStep:
    """
    How far a build is.

    :param what: the network's file and the unit
    :param state: :data:`BUILDING`, :data:`BUILT` or :data:`FAILED`
    :param tenths: of the build that are done; stays 0 on a TensorRT that does not tell (before 10)
    """

    what: str
    state: str
    tenths: int = 0


_listeners: list[Callable[[BuildStep], None]] = []
_lock = threading.Lock()


@contextmanager
def listening(listener: Callable[[BuildStep], None]) -> Iterator[None]:
    """Tell a listener of every step of builds within; from the thread that builds."""
    with _lock:
        _listeners.append(listener)
    try:
        yield
    finally:
        with _lock:
            _listeners.remove(listener)


@contextmanager
def build_told(what: str, also: Progress) -> Iterator[Progress]:
    """
    Yield what a build reports its progress to: each further tenth is told.

    Nothing is told of a build that reports none, such as one that finds its engine.

    :param also: gets every report
    """
    told = -1

    def progress(done: float) -> None:
        nonlocal told
        also(done)
        if (tenths := int(done * 10)) > told:
            told = tenths
            _tell(BuildStep(what, BUILDING, tenths))

    try:
        yield progress
    except BaseException:
        if told >= 0:
            _tell(BuildStep(what, FAILED, told))
        raise
    if told >= 0:
        _tell(BuildStep(what, BUILT, 10))


def _tell(step: BuildStep) -> None:
    with _lock:
        heard = tuple(_listeners)
    for listener in heard:
        listener(step)
