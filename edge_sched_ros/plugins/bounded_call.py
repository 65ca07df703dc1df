# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Calls of own code that may never return, on threads of their own.

Python cannot end a call. So whoever must go on waits for it only so long, and leaves its thread
behind: a daemon, which does not keep the process alive.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from typing import TypeVar

from edge_sched_ros.core.brief import brief
from edge_sched_ros.plugins.interrupts import stop_asked
from edge_sched_ros.plugins.interrupts import StopAskedError

_T = TypeVar('_T')

_log = logging.getLogger(__name__)

#: time limits of a short call directly after one, two or more that hung, as in one request that
#: concerns several tasks, seconds: a slow call of the second task still returns, and three calls
#: that hang take less than a second
NEXT_CALLS_S = (0.3, 0.15)
#: calls that begin so soon after a hung one belong to the same request, seconds
_SOON_S = 0.1
#: time limit of an import or a constructor, seconds: large libraries take many seconds to import
MAKING_S = 60.0
#: time limit of loading a network, seconds: some engines build it for minutes
LOADING_S = 1800.0
#: time limit of a policy's constructor, seconds: all tasks wait for it when it is changed at work
POLICY_S = 5.0
#: time limit of any other call outside of a job, seconds: services answer within a second
CALL_S = 0.5
#: time limit of an import or a constructor after one of the same configuring has hung, seconds
AFTER_HUNG_S = 10.0
#: a call that takes longer is named in the log, seconds
_TELL_S = 2.0
#: how soon a signal to the process is noticed, seconds
_LOOK_S = 0.1


#: calls that hung in the configuring in progress; ``None`` outside of one
_hung_together: ContextVar[list[str] | None] = ContextVar('_hung_together', default=None)


class _HungCalls(threading.local):
    """
    Short calls that hung one directly after the other, for one thread: it serves one request.

    Whose calls they are says nothing: a task of which one hung gets no other.
    """

    def __init__(self) -> None:
        self.count = 0
        #: when the last was given up, on the monotonic clock
        self.last_s = -1e9


_hung_calls = _HungCalls()


class HungCallError(Exception):
    """A call of own code that did not return in time."""


class BoundedCall:
    """
    A call that has been started.

    :param what: the call in words, for messages
    :param function: called once, on another thread
    :param limit_s: how long it is waited for, seconds
    :param whose: whose call it is, for the log
    :param start: has it made by another thread; ``None`` for one of its own
    """

    def __init__(
        self,
        what: str,
        function: Callable[[], Any],
        limit_s: float,
        *,
        whose: str = 'own code',
        start: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self.what = what
        self._whose = whose
        self._limit_s = shared_limit_s(limit_s)
        self._function = function
        self._began_s = time.monotonic()
        self._value: Any = None
        #: what it raised; ``None`` while it runs, too
        self.error: BaseException | None = None
        self._returned = threading.Event()
        if start is None:
            threading.Thread(target=self._run, name=f'own-{what}', daemon=True).start()
        else:
            start(self._run)

    @property
    def returned(self) -> bool:
        """Whether it has returned or raised."""
        return self._returned.is_set()

    @property
    def hung(self) -> HungCallError:
        """The error that it did not return in time."""
        return HungCallError(f'its {self.what} did not return within {self._limit_s:g} s')

    def result(self) -> Any:
        """
        Wait for it and return what it returns.

        :raises HungCallError: when it does not return in time; it goes on by itself
        :raises StopAskedError: when the process is asked to end during a long wait
        :raises BaseException: what it raised
        """
        told = False
        while not self._returned.wait(max(0.0, min(_LOOK_S, self._left_s))):
            if self._left_s <= 0:
                note_hung(self.what, self._limit_s)
                raise self.hung
            if not told and time.monotonic() - self._began_s > _TELL_S:
                told = True
                _log.warning(
                    'waiting for the %s of %s, at most %g s',
                    self.what,
                    brief(self._whose),
                    self._limit_s,
                )
            # a process that ends still waits for short calls, like close
            if self._limit_s > CALL_S and stop_asked():
                raise StopAskedError(f'ended while it waited for own code: {self.what}')
        if self.error is not None:
            raise self.error
        return self._value

    @property
    def _left_s(self) -> float:
        return self._began_s + self._limit_s - time.monotonic()

    def _run(self) -> None:
        try:
            self._value = self._function()
        except BaseException as error:
            # own code may raise SystemExit, too; the caller gets it
            self.error = error
        finally:
            self._returned.set()


@contextmanager
def made_together() -> Iterator[None]:
    """
    Share the wait for imports and constructors that hang, for example those of all tasks.

    After one that did not return, each of the others has at most :data:`AFTER_HUNG_S`.
    """
    if _hung_together.get() is not None:
        yield
        return
    token = _hung_together.set([])
    try:
        yield
    finally:
        _hung_together.reset(token)


def shared_limit_s(limit_s: float) -> float:
    """Return the time limit of a call that begins now, which is less after one that hung."""
    if limit_s <= CALL_S:
        return call_limit_s(limit_s)
    # engines that are built for minutes keep their limit
    making = CALL_S < limit_s <= MAKING_S
    return min(limit_s, AFTER_HUNG_S) if making and _hung_together.get() else limit_s


def call_limit_s(limit_s: float = CALL_S) -> float:
    """Return the time limit of a short call that begins now."""
    if time.monotonic() - _hung_calls.last_s >= _SOON_S:
        _hung_calls.count = 0
        return limit_s
    return min(limit_s, NEXT_CALLS_S[: _hung_calls.count][-1])


def note_hung_call() -> None:
    """Record that a short call was given up just now."""
    _hung_calls.count += 1
    _hung_calls.last_s = time.monotonic()


def note_hung(what: str, limit_s: float) -> None:
    """Record that a call was given up just now, for the limits of the next ones."""
    if limit_s <= CALL_S:
        note_hung_call()
    hung = _hung_together.get()
    if hung is not None:
        hung.append(what)


def call_bounded(
    what: str, function: Callable[[], _T], limit_s: float = CALL_S, *, whose: str = 'own code'
) -> _T:
    """
    Return what a function of own code returns.

    Its parameters and errors are those of :class:`BoundedCall` and its result.
    """
    result: _T = BoundedCall(what, function, limit_s, whose=whose).result()
    return result
