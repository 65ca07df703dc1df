# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Ends a process whose threads are in calls that do not return."""

from __future__ import annotations

import atexit
import os
import sys
import threading

#: how the names of threads begin that may be abandoned in a call
_BEGIN = ('unit-', 'own-')


def leave(code: int) -> None:
    """
    End the process with this exit code if threads are still in calls; else return.

    Before Python 3.14 a thread that comes back from native code while the interpreter ends is
    ended there: its stack unwinds through C++ that must not throw, which aborts the process.

    :param code: exit code
    """
    if not any(thread.name.startswith(_BEGIN) for thread in threading.enumerate()):
        return
    # what the interpreter would do, as far as it needs none of those threads
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(code)


def code_of(error: SystemExit) -> int:
    """Return the exit code of a program that ends with this error."""
    if error.code is None:
        return 0
    return error.code if isinstance(error.code, int) else 1
