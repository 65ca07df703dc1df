# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Standard streams as a command finds them: closed, full, or with a reader that has gone."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

#: number -> how a closed one is opened. What is written to the second fails, as for other tools;
#: messages that nobody wants are lost.
_CLOSED = {0: os.O_RDONLY, 1: os.O_RDONLY, 2: os.O_WRONLY}


def open_closed_streams() -> None:
    """
    Give every standard stream a file.

    Where one is closed (``>&-``), Python has no object for it, and the next file that is opened
    gets its number and what is written to the stream.
    """
    for number, mode in _CLOSED.items():
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, mode)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
    if sys.stdin is None:
        sys.stdin = os.fdopen(0, encoding='utf-8', closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, 'w', encoding='utf-8', closefd=False)
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, 'w', encoding='utf-8', errors='backslashreplace', closefd=False)


def discard_output() -> None:
    """Let what is still to be written, which Python does at its end, go nowhere."""
    _discard(sys.stdout)


def say(text: str) -> None:
    """Print a line on standard error; where that cannot be written the exit code must do."""
    try:
        print(text, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    # what stands in for a stream may have no number
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
