# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The tasks that are out because the code of their program failed outside of a job."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import Program
from edge_sched_ros.perception.programs.bounded import bounded_of
from edge_sched_ros.plugins.bounded_call import BoundedCall
from edge_sched_ros.plugins.bounded_call import HungCallError

_log = logging.getLogger(__name__)

#: ends a call that was begun; raises what the call raised, or that it did not return in time
Finish = Callable[[], object]


class TaskOuts:
    """
    Disables a task when its program fails outside of a job, and enables it when it can run again.

    That is when it cannot be reset, until it can; and when any call does not return in time, until
    it returns.

    :param programs: by task
    :param for_good: tasks whose program could not be made -> why
    :param is_enabled: returns whether a task is enabled now
    :param enable: enables or disables a task
    """

    def __init__(
        self,
        programs: Mapping[str, Program],
        for_good: Mapping[str, str],
        *,
        is_enabled: Callable[[str], bool],
        enable: Callable[[str, bool], None],
    ) -> None:
        self._is_enabled = is_enabled
        self._enable = enable
        self._programs = programs
        self._for_good = for_good
        #: task -> why it is out, and whether it was enabled before
        self._out: dict[str, tuple[str, bool]] = {}
        #: task -> the call that has not returned; each of these tasks is out
        self._late: dict[str, BoundedCall] = {}

    @property
    def reasons(self) -> dict[str, str]:
        """Task -> why it is out."""
        return {**self._for_good, **{name: why for name, (why, _) in self._out.items()}}

    def check_enabled(self, task: str) -> None:
        """Check that a task may be enabled; :raises ConfigError: while it is out."""
        if task in self.reasons:
            raise ConfigError(f'{task}.enabled', f'the task is out: {self.reasons[task]}')

    def reset(self, *tasks: str) -> None:
        """
        Reset the programs of tasks; one where that fails is out until it succeeds.

        Own code is called at the same time, so that several that hang are waited for together.
        """
        self.look()
        begun: dict[str, Finish] = {}
        for task in tasks:
            try:
                begun[task] = self._begin_reset(task)
            except BaseException as error:
                # own code may raise SystemExit, too
                self._take_out(task, _why_not(error))
        for task, finish in begun.items():
            try:
                finish()
            except BaseException as error:
                # own code may raise SystemExit, too
                self._take_out(task, _why_not(error))
            else:
                self._take_in(task, 'its reset succeeded')
        self.look()

    def look(self) -> None:
        """Look for calls that did not return in time, and for those that have returned since."""
        for task, program in self._programs.items():
            bounded = bounded_of(program)
            call = None if bounded is None else bounded.late_call
            if call is None:
                continue
            if not call.returned:
                self._late[task] = call
                self._take_out(task, str(call.hung))
            elif self._late.pop(task, None) is call:
                self._returned(task, call)

    def _returned(self, task: str, call: BoundedCall) -> None:
        if call.what == 'reset' and call.error is not None:
            _, enabled = self._out[task]
            self._out[task] = (_why_not(call.error), enabled)
        else:
            self._take_in(task, f'its {call.what} returned')

    def _begin_reset(self, task: str) -> Finish:
        program = self._programs[task]
        bounded = bounded_of(program)
        if getattr(program, 'isolated', False):
            return _beside(program.reset)
        if bounded is None:
            program.reset()
            return _nothing_more
        return partial(bounded.finish, bounded.begin_reset())

    def _take_out(self, task: str, why: str) -> None:
        if task not in self._out:
            self._out[task] = (why, self._is_enabled(task))
            _log.error('%s: out, the other tasks run on: %s', task, why)
            self._enable(task, False)

    def _take_in(self, task: str, why: str) -> None:
        if task not in self._out:
            return
        _, enabled = self._out.pop(task)
        _log.warning('%s: in again: %s', task, why)
        if enabled:
            self._enable(task, True)


def _why_not(error: BaseException) -> str:
    if isinstance(error, HungCallError):
        return str(error)
    return f'its reset failed: {brief_error(error)}'


def close_each(closes: Mapping[str, Callable[[], Finish]]) -> None:
    """
    Close the program of every task; one that fails is logged, and the others follow.

    :param closes: task -> as :func:`begin_close`
    """
    begun: dict[str, Finish] = {}
    for task, close in closes.items():
        try:
            begun[task] = close()
        except BaseException as error:
            # own code may raise SystemExit, too
            _tell_of_close(task, error)
    for task, finish in begun.items():
        try:
            finish()
        except BaseException as error:
            # own code may raise SystemExit, too
            _tell_of_close(task, error)


def begin_close(program: Program) -> Finish:
    """Close a program, or begin to close own code, which may hang; return how to wait for it."""
    bounded = bounded_of(program)
    call = None
    if getattr(program, 'isolated', False):
        return _beside(program.close)
    if bounded is None:
        program.close()
    else:
        call = bounded.begin_close()
    return _nothing_more if bounded is None or call is None else partial(bounded.finish, call)


def _beside(call: Callable[[], object]) -> Finish:
    """Make a call of a process, which has a time limit of its own, beside those of other tasks."""
    executor = ThreadPoolExecutor(1)
    future = executor.submit(call)
    executor.shutdown(wait=False)
    return future.result


def closed(close: Callable[[], object]) -> Finish:
    """Call what frees resources of this package itself."""
    close()
    return _nothing_more


def _nothing_more() -> None:
    """Take the place of a call that has returned."""


def _tell_of_close(task: str, error: BaseException) -> None:
    _log.error('%s: its close failed: %s', task, brief_error(error))
