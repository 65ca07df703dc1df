# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Starts and ends the process of a task."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from collections.abc import Mapping
from select import poll
from select import POLLERR
from select import POLLHUP
from select import POLLIN

from edge_sched_ros.execution.isolation import channel
from edge_sched_ros.execution.isolation.memory import SharedSlots
from edge_sched_ros.execution.isolation.output import OutputLines
from edge_sched_ros.installation.own_module import module_command
from edge_sched_ros.native.loading import environment as native_environment

#: how often the end of a process is looked for where the kernel does not tell it, milliseconds
_LOOK_MS = 100
#: pause between reads of a process that prints more than is logged; a pipe holds 64 KiB, so that
#: 6 MiB a second are read
_FLOOD_S = 0.01
_ANY = POLLIN | POLLHUP | POLLERR


class ChildProcess:
    """
    A process that runs a module of this package, with a socket and memory shared with it.

    It is the leader of a session: a Ctrl-C does not reach it, and what it starts ends with it. The
    kernel kills it when the thread that started it ends, whatever ends that.

    :param module: the module; its arguments are the descriptors of socket and memory, and this
        process's number
    :param slots: the memory
    :param output: takes what the process prints
    :param environment: variables that it has beside this process's
    :raises OSError: when it cannot be started
    """

    def __init__(
        self,
        module: str,
        slots: SharedSlots,
        output: OutputLines,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.started_s = time.monotonic()
        self.socket, theirs = channel.pair()
        self._output = output
        #: how it ended, in words and as the system gives it; empty while it runs
        self.end, self.code = '', 0
        #: why this process ended it; empty if it ended by itself
        self._killed_for = ''
        #: set when it has ended
        self.ended = threading.Event()
        self._lock = threading.Lock()
        ours, pipe = os.pipe()
        try:
            self._process = _start(module, theirs, slots, pipe, environment or {})
        except BaseException:
            os.close(ours)
            self.socket.close()
            raise
        finally:
            theirs.close()
            os.close(pipe)
        self.pid = self._process.pid
        self._pipe = ours
        os.set_blocking(ours, False)
        self._pidfd = _pidfd(self.pid)

    def kill(self, why: str = '') -> None:
        """End it and what it has started; returns at once."""
        with self._lock:
            if not self.ended.is_set():
                self._killed_for = self._killed_for or why
                _kill_group(self.pid)

    def watch(self, done: Callable[[], bool], *wakes: int, until_s: float | None = None) -> None:
        """
        Pass on what it prints until it has ended, or something is done.

        :param done: asked whenever something has happened
        :param wakes: descriptors that become readable when ``done`` may have changed
        :param until_s: monotonic time after which this returns
        """
        waits = poll()
        for each in (self._pipe, *wakes, *(() if self._pidfd is None else (self._pidfd,))):
            waits.register(each, _ANY)
        while not done():
            left_s = None if until_s is None else until_s - time.monotonic()
            if left_s is not None and left_s <= 0:
                return
            for fd, _ in waits.poll(self._patience_ms(left_s)):
                if fd == self._pipe and not self._output.read(self._pipe):
                    waits.unregister(fd)
            if self._has_ended():
                return
            if self._output.flooded:
                # who prints without end waits for its reader, instead of keeping it busy
                time.sleep(_FLOOD_S)

    def _patience_ms(self, left_s: float | None) -> int | None:
        limits = [_LOOK_MS] if self._pidfd is None else []
        if left_s is not None:
            limits.append(int(left_s * 1000) + 1)
        return min(limits) if limits else None

    def _has_ended(self) -> bool:
        """Whether it has ended; the first time, note how, and end what it has started."""
        if self.ended.is_set():
            return True
        # not reaped yet, so that its number still means its session
        if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return False
        with self._lock:
            _kill_group(self.pid)
            code = self._process.wait()
            self.end = self._killed_for or end_text(code)
            self.code = code
            self.ended.set()
        return True

    def close(self) -> None:
        """
        Kill it, wait for its end, and free what belongs to it, but for the socket.

        A request may still be reading its end from the socket: closed now, its number could be
        that of the socket to the next process.
        """
        self.kill('ended by the node')
        while not self._has_ended():
            time.sleep(0.001)
        self._output.read(self._pipe)
        self._output.finish()
        os.close(self._pipe)
        if self._pidfd is not None:
            os.close(self._pidfd)

    @property
    def by_itself(self) -> bool:
        """Whether it ended by itself, after it has ended."""
        return not self._killed_for


def _start(
    module: str,
    theirs: socket.socket,
    slots: SharedSlots,
    pipe: int,
    environment: Mapping[str, str],
) -> subprocess.Popen[bytes]:
    fds, path = (theirs.fileno(), slots.fd), os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        module_command(module, *map(str, fds), str(os.getpid())),
        stdin=subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
        pass_fds=fds,
        start_new_session=True,
        env={**os.environ, 'PYTHONPATH': path, **native_environment(), **environment},
    )


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        # it has not become the leader of its session yet
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    except PermissionError:
        pass  # all that is left of it belongs to somebody else


def _pidfd(pid: int) -> int | None:
    """Return a descriptor that tells the end of a process, where the kernel has it (5.3)."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def end_text(code: int) -> str:
    """Return how a process ended, in words."""
    if code >= 0:
        return f'its process ended with exit code {code}'
    more = ' (perhaps the system had no memory left)' if code == -signal.SIGKILL else ''
    return f'its process ended with {signal_name(-code)}{more}'


def end_code(code: int) -> str:
    """Return how a process ended, as a part of a code."""
    return f'exit_{code}' if code >= 0 else signal_name(-code).lower().replace(' ', '_')


def signal_name(number: int) -> str:
    """Return the name of a signal."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f'signal {number}'
