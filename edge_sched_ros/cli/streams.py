# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Standard streams of a command that may be closed, full, or without a reader."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

from edge_sched_ros.core.brief import printable

#: number -> mode in which a closed one is opened. Writing to standard output then fails, as with
#: other tools; messages to standard error are lost.
_CLOSED = {0: os.O_RDONLY, 1: os.O_RDONLY, 2: os.O_WRONLY}


def open_closed_streams() -> None:
    """
    Open a file for every closed standard stream.

    For a closed stream (``>&-``) Python has no object, and the next opened file would get its
    number and receive what is written to the stream.
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
    """Discard the output that Python would write at its end."""
    _discard(sys.stdout)


def say(text: str) -> None:
    """Print lines on standard error; if that fails, only the exit code tells."""
    try:
        # names of files and topics may hold escape sequences
        print('\n'.join(map(printable, text.split('\n'))), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    # a replacement of a stream may have no number
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
