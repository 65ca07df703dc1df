# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Waiting for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

_Found = TypeVar('_Found')

#: far more than anything here takes
PATIENCE_S = 60.0


def wait_for(
    what: str,
    look: Callable[[], _Found | None],
    *,
    seconds: float = PATIENCE_S,
    every_s: float = 0.1,
    why: Callable[[], str] = lambda: '',
) -> _Found:
    """
    Look again and again until something is found.

    :param look: returns what is waited for; none, false or empty where it is not there yet
    :param why: told at the end of the error
    :raises AssertionError: saying what did not come
    """
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f'no {what} within {seconds:g} s {why()}'.rstrip())
        time.sleep(every_s)
