# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Programs started by a command: each has its own log, and all end with the command."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from edge_sched_ros.core.errors import EdgeSchedError

#: how long a program may take to end after SIGINT
STOP_TIMEOUT_S = 60.0
_POLL_S = 0.05


class ProcessFailedError(EdgeSchedError):
    """A program that this command needs ended early or timed out."""


class Program:
    """
    A program started by this command.

    :param name: for messages
    :param command: program and arguments
    :param log: file for its output
    :param environment: variables added to this process's environment
    """

    def __init__(
        self, name: str, command: list[str], *, log: Path, environment: dict[str, str]
    ) -> None:
        self.name = name
        self.log = log
        self._file = log.open('wb')
        self._process = subprocess.Popen(
            command,
            stdout=self._file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, 'PYTHONUNBUFFERED': '1', **environment},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code, or ``None`` while it runs."""
        return self._process.poll()

    def output(self) -> str:
        """Return its output so far."""
        return self.log.read_text(errors='replace')

    def wait_for(self, condition: Callable[[str], bool], *, what: str, timeout_s: float) -> None:
        """
        Wait until its output fulfils a condition.

        :raises ProcessFailedError: when it ends before that or takes too long
        """
        deadline = time.monotonic() + timeout_s
        while not condition(self.output()):
            if self.exit_code is not None:
                raise ProcessFailedError(
                    f'{self.name} ended with exit code {self.exit_code} before it {what}; its '
                    f'last output: {self._last_words()} (full log: {self.log})'
                )
            if time.monotonic() > deadline:
                raise ProcessFailedError(
                    f'{self.name} has not {what} within {timeout_s:.0f} s (see {self.log})'
                )
            time.sleep(_POLL_S)

    def wait(self, *, timeout_s: float, tick: Callable[[], None] = lambda: None) -> int:
        """
        Wait until it ends and return its exit code; call ``tick`` while waiting.

        :raises ProcessFailedError: when it takes too long
        """
        deadline = time.monotonic() + timeout_s
        while self.exit_code is None:
            if time.monotonic() > deadline:
                raise ProcessFailedError(f'{self.name} has not ended within {timeout_s:.0f} s')
            tick()
            time.sleep(_POLL_S)
        return self._process.returncode

    def interrupt(self) -> int:
        """
        Send SIGINT as Ctrl-C does, wait for the end and return the exit code.

        :raises ProcessFailedError: when it does not end
        """
        if self.exit_code is None:
            self._process.send_signal(signal.SIGINT)
        return self.wait(timeout_s=STOP_TIMEOUT_S)

    def close(self) -> None:
        """End it and the processes it started, by SIGKILL if necessary."""
        if self.exit_code is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self._process.wait()
        self._file.close()

    def _last_words(self) -> str:
        lines = [line for line in self.output().splitlines() if line.strip()]
        return lines[-1] if lines else 'none'


class Programs:
    """Programs that end together, whatever happens."""

    def __init__(self, *, logs: Path, environment: dict[str, str]) -> None:
        self._logs = logs
        self.environment = environment
        self._programs: list[Program] = []

    def start(self, name: str, command: list[str]) -> Program:
        """Start a program; its log is ``<logs>/<name>.log``."""
        program = Program(
            name, command, log=self._logs / f'{name}.log', environment=self.environment
        )
        self._programs.append(program)
        return program

    def __enter__(self) -> Programs:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all programs, the last started first."""
        for program in reversed(self._programs):
            program.close()
