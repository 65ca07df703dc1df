# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Processes and threads of a test, which end with it whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from contextlib import suppress
from typing import Any

#: how long anything may take; reached by what hangs alone, on a machine under any load
TIMEOUT_S = 120.0

# what was ignored where the tests were started (nohup, a shell's &) would be ignored by a child
_SETTLE = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_SETMASK, [])
ignored = sys.argv[1].split()
for name in ('SIGHUP', 'SIGINT', 'SIGTERM', 'SIGPIPE'):
    how = signal.SIG_IGN if name in ignored else signal.SIG_DFL
    signal.signal(getattr(signal, name), how)
os.execvp(sys.argv[2], sys.argv[2:])
"""


def settled(command: Sequence[str], ignored: Iterable[signal.Signals] = ()) -> list[str]:
    """Return the command with default handling of signals, but for those to be ignored."""
    names = ' '.join(number.name for number in ignored)
    return [sys.executable, '-I', '-S', '-c', _SETTLE, names, *command]


@contextmanager
def started(
    command: Sequence[str], *, ignored: Iterable[signal.Signals] = (), **options: Any
) -> Iterator[subprocess.Popen[Any]]:
    """
    Run a command while the context is entered, in a session of its own.

    :param ignored: signals that it ignores from the start; others have their default handling
    :param options: of ``Popen``; stdin is empty unless they say otherwise
    """
    options = {'stdin': subprocess.DEVNULL, 'start_new_session': True, **options}
    process = subprocess.Popen(settled(command, ignored), **options)
    try:
        yield process
    finally:
        # what it started is in its group
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(TIMEOUT_S)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


def finished(
    command: Sequence[str], *, timeout_s: float = TIMEOUT_S, **options: Any
) -> subprocess.CompletedProcess[Any]:
    """Run a command to its end; what it prints is text, captured unless options say otherwise."""
    pipes = {'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, 'text': True}
    with started(command, **{**pipes, **options}) as process:
        out, error = process.communicate(timeout=timeout_s)
    return subprocess.CompletedProcess(command, process.returncode, out, error)


def wait_until(condition: Callable[[], Any], what: str = 'it') -> Any:
    """Return what a condition returns as soon as that is true."""
    deadline = time.monotonic() + TIMEOUT_S
    while not (value := condition()):
        assert time.monotonic() < deadline, f'{what} has not come'
        time.sleep(0.01)
    return value


def join(*threads: threading.Thread) -> None:
    """Wait for the end of threads."""
    deadline = time.monotonic() + TIMEOUT_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
        assert not thread.is_alive(), f'{thread.name} has not ended'


def run_together(*threads: threading.Thread) -> None:
    """Start threads and wait for their end."""
    for thread in threads:
        thread.start()
    join(*threads)
