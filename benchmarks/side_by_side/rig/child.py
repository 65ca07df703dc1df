# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A process beside this one, in a group of its own, ended with it.

Not in a session of its own: Linux may share out CPU time by session first (autogroup), and nine
processes in nine sessions would get more than nine in one, as a launch file starts them.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from benchmarks.side_by_side.faults import BenchFault

#: how long a process may take to end after SIGINT
STOP_TIMEOUT_S = 60.0
#: how long before it is told again
_PATIENCE_S = 20.0
_POLL_S = 0.01
_ROOT = Path(__file__).resolve().parents[3]
_PR_SET_PDEATHSIG = 1


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module in this interpreter's environment."""
    return [sys.executable, '-m', module, *arguments]


def environment(**added: str) -> dict[str, str]:
    """Return this process's environment, the checkout's root last on the module path."""
    # last: first it would shadow the installed package, which has the generated messages
    path = [*filter(None, os.environ.get('PYTHONPATH', '').split(os.pathsep)), str(_ROOT)]
    found = {**os.environ, 'PYTHONPATH': os.pathsep.join(path), 'PYTHONUNBUFFERED': '1'}
    return {**found, 'PYTHONSAFEPATH': '1', **added}


def _settle() -> None:
    """Lead a group of its own, and ask Linux to end this process should its parent be killed."""
    os.setpgid(0, 0)
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """
    A process, its output in a log.

    :param name: for messages
    :param talks: its stdin and stdout are pipes to this process
    :param added: to its environment
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        log: Path,
        talks: bool = False,
        added: dict[str, str] | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._file = log.open('ab')
        #: when it was started, on the clock of stamps
        self.started_ns = time.time_ns()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
            stdout=subprocess.PIPE if talks else self._file,
            stderr=self._file,
            env=environment(**(added or {})),
            preexec_fn=_settle,
        )

    @property
    def pid(self) -> int:
        """Its process number, which is that of its group too."""
        return self.process.pid

    def check(self) -> None:
        """
        Make sure that it runs.

        :raises BenchFault: when it has ended, with its last words
        """
        code = self.process.poll()
        if code is not None:
            raise BenchFault(
                f'{self.name} ended with exit code {code}: {self._last_words()} ({self.log})'
            )

    def interrupt(self) -> None:
        """Send SIGINT as Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def wait(self, timeout_s: float = STOP_TIMEOUT_S) -> int:
        """
        Wait for its end and return its exit code.

        A signal that comes while rclpy makes or ends something may be lost: as launch does, it is
        told again by SIGTERM when it has not ended after some time.

        :raises BenchFault: when it does not end
        """
        begun = time.monotonic()
        told_again = False
        while (code := self.process.poll()) is None:
            waited_s = time.monotonic() - begun
            if waited_s > _PATIENCE_S and not told_again:
                told_again = True
                self.process.send_signal(signal.SIGTERM)
            if waited_s > timeout_s:
                late = f'has not ended within {timeout_s:.0f} s'
                raise BenchFault(f'{self.name} {late} ({self.log})')
            time.sleep(_POLL_S)
        return code

    def close(self) -> None:
        """End it and whatever it started, by force if need be."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait(STOP_TIMEOUT_S)
        pipes: tuple[IO[bytes] | None, ...] = (self.process.stdin, self.process.stdout, self._file)
        for pipe in pipes:
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()

    def _last_words(self) -> str:
        lines = [x for x in self.log.read_text(errors='replace').splitlines() if x.strip()]
        return lines[-1] if lines else 'it said nothing'
