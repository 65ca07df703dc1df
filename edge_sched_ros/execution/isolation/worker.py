# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the process of a task running: starts it, asks it, ends it, starts it again."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from collections.abc import Mapping
from select import poll
from select import POLLIN
from typing import Any

import numpy as np

from edge_sched_ros.core.brief import brief
from edge_sched_ros.execution.isolation import channel
from edge_sched_ros.execution.isolation import errors
from edge_sched_ros.execution.isolation.back_off import BackOff
from edge_sched_ros.execution.isolation.codec import Reader
from edge_sched_ros.execution.isolation.codec import Records
from edge_sched_ros.execution.isolation.codec import Writer
from edge_sched_ros.execution.isolation.errors import IsolationError
from edge_sched_ros.execution.isolation.errors import RemoteError
from edge_sched_ros.execution.isolation.memory import INPUT_SLOTS
from edge_sched_ros.execution.isolation.memory import OUTPUT_SLOT
from edge_sched_ros.execution.isolation.memory import SharedSlots
from edge_sched_ros.execution.isolation.output import OutputLines
from edge_sched_ros.execution.isolation.process import ChildProcess
from edge_sched_ros.execution.isolation.process import end_code
from edge_sched_ros.plugins.interrupts import stop_asked
from edge_sched_ros.plugins.interrupts import StopAskedError

_log = logging.getLogger(__name__)

#: time to wait for the exit code of a process whose socket is closed, seconds
_EXIT_S = 5.0
#: how soon a signal to this process is noticed while the other one loads, seconds
_LOOK_S = 0.1
#: a process that loads longer is named in the log, seconds
_TELL_S = 2.0
_ALL_FREE = (1 << INPUT_SLOTS) - 1


class Worker:
    """
    The process of a task, and the thread that watches it.

    The thread starts the process, because the kernel kills it when the thread ends that started
    it, and starts it again after pauses that grow. Requests come from any thread, one at a time.

    :param task: name of the task, for messages
    :param module: the module that the process runs
    :param load: returns the first request of every process: what it loads
    :param records: classes of results that are sent by their fields
    :param load_s: time limit of the first request, seconds
    :param environment: variables that the process has beside this one's
    """

    def __init__(
        self,
        task: str,
        module: str,
        load: Callable[[], Any],
        *,
        records: Records,
        load_s: float,
        back_off: BackOff | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._task = task
        self._module = module
        self._load = load
        self._records = records
        self._load_s = load_s
        self._environment = dict(environment or {})
        self._back_off = back_off or BackOff()
        #: one request at a time
        self._busy = threading.Lock()
        self._changed = threading.Condition()
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._slots = SharedSlots.create()
        self._free = _ALL_FREE
        self._number = 0
        self._closing = False
        self._child: ChildProcess | None = None
        self._ready = False
        #: the answer to the first request, or why there is none; and whether it is there
        self._first: Any = None
        self._settled = False
        #: how many processes have been started
        self.starts = 0
        #: how the last process ended; empty before
        self.last_end = ''
        #: monotonic time of that end, and of the next start while it is down; seconds
        self.ended_s = self.restart_s = 0.0
        self._thread = threading.Thread(target=self._watch, name=f'isolation-{task}', daemon=True)

    # --- life -------------------------------------------------------------------------------

    def start(self) -> Any:
        """
        Start the process and return its answer to the first request.

        :raises IsolationError: when it cannot be started or does not answer; it is closed then
        :raises StopAskedError: when this process is asked to end meanwhile; it is closed then
        """
        self._thread.start()
        try:
            self._wait_for_first()
        except BaseException:
            self.close()
            raise
        if isinstance(self._first, BaseException):
            self.close()
            raise self._first
        return self._first

    def _wait_for_first(self) -> None:
        began_s, told = time.monotonic(), False
        with self._changed:
            while not self._changed.wait_for(lambda: self._settled, _LOOK_S):
                if not told and time.monotonic() - began_s > _TELL_S:
                    told = True
                    _log.warning(
                        '%s: waiting for its process to load, at most %g s',
                        self._task,
                        self._load_s,
                    )
                if stop_asked():
                    raise StopAskedError(f'{self._task}: ended while its process loaded')

    def close(self) -> None:
        """End the process and the thread; does nothing a second time."""
        if self._closing:
            return
        self._closing = True
        os.eventfd_write(self._wake, 1)
        with self._changed:
            self._changed.notify_all()
        child = self._child
        if child is not None:
            child.kill('ended by the node')
        self._thread.join()
        # a request in progress has got its error
        with self._busy:
            os.close(self._wake)
            self._slots.close()

    @property
    def pid(self) -> int:
        """Number of the process; 0 while there is none."""
        child = self._child
        return 0 if child is None or child.ended.is_set() else child.pid

    @property
    def ready(self) -> bool:
        """Whether it takes requests."""
        return self._ready

    # --- the watching thread ------------------------------------------------------------------

    def _watch(self) -> None:
        try:
            while not self._closing:
                began_s = time.monotonic()
                problem = self._run_once()
                if not self._settled:
                    self._settle(problem or IsolationError(errors.CRASHED, self.last_end))
                    return
                if not self._closing:
                    self._pause(self._back_off.pause_s(time.monotonic() - began_s))
        except BaseException as error:
            # whoever waits for the start must not wait for ever
            _log.exception('%s: a defect in the scheduler', self._task)
            self._settle(IsolationError(errors.CRASHED, f'it cannot be watched: {error!r:.100}'))

    def _settle(self, first: Any) -> None:
        """Tell whoever waits for the start; only the first time counts."""
        with self._changed:
            if not self._settled:
                self._settled, self._first = True, first
            self._changed.notify_all()

    def _run_once(self) -> IsolationError | None:
        """Start a process and watch it until it ends; return why it could not be used."""
        try:
            child = ChildProcess(
                self._module, self._slots, OutputLines(self._task), self._environment
            )
        except OSError as error:
            self.last_end = f'its process cannot be started: {error.strerror}'
            return IsolationError(errors.CRASHED, self.last_end)
        problem = None
        try:
            self._child, self._free = child, _ALL_FREE
            self.starts += 1
            try:
                answer = self._load_into(child)
            except IsolationError as error:
                problem, self.last_end = error, str(error)
                return problem
            self._ready = True
            self._settle(answer)
            if self.starts > 1:
                _log.warning('%s: its process runs again', self._task)
            child.watch(lambda: self._closing, self._wake)
        finally:
            self._ready = False
            self.ended_s = time.monotonic()
            child.close()
            if problem is None:
                self.last_end = child.end
            # a request in progress ends now, as nobody is at the other end
            with self._busy:
                child.socket.close()
        return problem

    def _load_into(self, child: ChildProcess) -> Any:
        """Send the first request, and pass on what the process prints until it answers."""
        number = self._send(child, self._load())
        answered = poll()
        answered.register(child.socket, POLLIN)
        child.watch(
            lambda: self._closing or bool(answered.poll(0)),
            child.socket.fileno(),
            self._wake,
            until_s=time.monotonic() + self._load_s,
        )
        if self._closing or not answered.poll(0):
            # what has ended is not killed again
            child.kill(f'it was not loaded after {self._load_s:g} s')
        return self._answer(child, number, 0.0)

    def _pause(self, pause_s: float) -> None:
        self.restart_s = time.monotonic() + pause_s
        _log.error('%s: %s; next start in %.1f s', self._task, brief(self.last_end), pause_s)
        with self._changed:
            self._changed.wait_for(lambda: self._closing, pause_s)

    # --- requests -----------------------------------------------------------------------------

    def ask(self, request: Any, *, timeout_s: float, wait_s: float | None = None) -> Any:
        """
        Send a request and return the answer.

        :param timeout_s: time limit of the answer; after it the process is ended
        :param wait_s: time limit for an earlier request to end; ``None`` for none
        :raises IsolationError: with the reason; RemoteError for an exception of the program
        :raises BusyError: when the earlier request did not end
        """
        if not self._busy.acquire(timeout=-1 if wait_s is None else wait_s):
            raise BusyError(errors.TIMEOUT, 'it is busy with a frame')
        try:
            child = self._child
            if not self._ready or child is None:
                raise IsolationError(errors.RESTARTING, f'{self.last_end}; it starts again')
            return self._answer(child, self._send(child, request), timeout_s)
        finally:
            self._busy.release()

    def _send(self, child: ChildProcess, request: Any) -> int:
        self._number += 1
        slot = next((each for each in range(INPUT_SLOTS) if self._free >> each & 1), None)
        if slot is None:
            raise IsolationError(errors.BAD_ANSWER, 'its process freed no shared memory')
        try:
            place, size = Writer(self._slots.slot(slot), self._records).write(request)
        except errors.UnsendableError as error:
            raise IsolationError(errors.UNSENDABLE_INPUT, str(error)) from None
        except errors.TooLargeError as error:
            raise IsolationError(errors.INPUT_TOO_LARGE, str(error)) from None
        try:
            channel.send(child.socket, channel.Note(self._number, slot, 0, place, size))
        except OSError:
            raise self._crashed(child) from None
        return self._number

    def _answer(self, child: ChildProcess, number: int, timeout_s: float) -> Any:
        waits = poll()
        waits.register(child.socket, POLLIN)
        if timeout_s and not waits.poll(round(timeout_s * 1000)):
            told = f'it did not answer for {timeout_s * 1e3:.0f} ms'
            self._end(child, f'{told}, and was ended')
            raise IsolationError(errors.TIMEOUT, told)
        note = channel.receive(child.socket)
        if note is None:
            raise self._crashed(child)
        try:
            value, problem = self._read(note, number)
        except (ValueError, TypeError, KeyError) as error:
            self._end(child, 'its process gave no proper answer, and was ended')
            raise IsolationError(errors.BAD_ANSWER, f'no proper answer: {error}') from None
        self._free = note.free & _ALL_FREE
        if problem is not None:
            raise problem
        return value

    def _read(self, note: channel.Note, number: int) -> tuple[Any, RemoteError | None]:
        if note.number != number:
            raise ValueError(f'an answer to request {note.number}, not {number}')
        output = np.frombuffer(self._slots.slot(OUTPUT_SLOT), np.uint8)
        answer = Reader(output, self._records, copied=True).read(note.place, note.size)
        if 'error' in answer:
            return None, _remote(answer['error'])
        return answer['value'], None

    def _end(self, child: ChildProcess, why: str) -> None:
        # the next request must not be sent to it; the thread that watches it starts another
        self._ready = False
        self.last_end = why
        child.kill(why)

    def _crashed(self, child: ChildProcess) -> IsolationError:
        """Return the error that a process has ended, with how."""
        self._ready = False
        if not child.ended.is_set():
            # it is reaped by the thread that watches it
            if threading.current_thread() is self._thread:
                child.watch(lambda: False, self._wake, until_s=time.monotonic() + _EXIT_S)
            else:
                child.ended.wait(_EXIT_S)
        if not child.ended.is_set():
            self._end(child, 'its process closed its socket, and was ended')
            return IsolationError(errors.CRASHED, 'its process closed its socket')
        reason = errors.CRASHED
        if child.by_itself:
            reason = f'{reason}_{end_code(child.code)}'
        return IsolationError(reason, child.end)


class BusyError(IsolationError):
    """A request that was not sent, because an earlier one did not end."""


def _remote(content: Any) -> RemoteError:
    return RemoteError(
        brief(content['reason'], 64),
        brief(content['text'], 1000),
        own_code=bool(content['own_code']),
        where=str(content['where']),
        of_frame=bool(content['of_frame']),
    )
