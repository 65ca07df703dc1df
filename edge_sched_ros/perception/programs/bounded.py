# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Own code whose calls outside of a job have a time limit, so that the node's services answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.context import Program
from edge_sched_ros.plugins.bounded_call import BoundedCall
from edge_sched_ros.plugins.bounded_call import CALL_S
from edge_sched_ros.plugins.bounded_call import HungCallError

_CHECKS = ('check_option', 'check_together')
_OWN = ('_program', '_close_here', '_call', 'stages', 'stateful', 'output')


class BoundedProgram:
    """
    A program that runs own code; a call that does not return in time is left behind.

    Until it returns, no other call outside of a job is made: it could wait for the same lock.

    :param program: the program to run
    :param close_here: whether ``close`` is of this package: it may need the thread of its caller
    """

    stages: tuple[str, ...]
    stateful: bool
    output: str

    def __init__(self, program: Program, *, close_here: bool = False) -> None:
        self._program = program
        self._close_here = close_here
        #: the last call that did not return in time
        self._call: BoundedCall | None = None
        self.stages = program.stages
        self.stateful = program.stateful
        self.output = program.output

    @property
    def bounded(self) -> BoundedProgram:
        """This object, also for those who see it through a program that wraps it."""
        return self

    @property
    def program(self) -> Program:
        """The program itself."""
        return self._program

    @property
    def late_call(self) -> BoundedCall | None:
        """The last call that did not return in time; it may have returned since."""
        return self._call

    def run(self, stage: str, context: JobContext) -> int:
        """Run one stage; the runtime watches over it."""
        return self._program.run(stage, context)

    def set_option(self, name: str, value: float | None) -> None:
        """Change a setting; :raises HungCallError: when it does not return in time."""
        self._bounded('set_option', lambda: self._program.set_option(name, value))

    def reset(self) -> None:
        """Forget earlier frames; :raises HungCallError: when it does not return in time."""
        self._bounded('reset', lambda: self._program.reset())

    def begin_reset(self) -> BoundedCall:
        """Start a reset, for whoever resets several programs; it goes to :meth:`finish`."""
        return self._begin('reset', lambda: self._program.reset())

    def close(self) -> None:
        """Free what it has; :raises HungCallError: when it does not return in time."""
        if self._close_here:
            self._program.close()
        else:
            self._bounded('close', lambda: self._program.close())

    def begin_close(self) -> BoundedCall | None:
        """Start to free what it has, like :meth:`begin_reset`; ``None`` if it is done."""
        if self._close_here:
            self._program.close()
            return None
        return self._begin('close', lambda: self._program.close())

    def finish(self, call: BoundedCall) -> Any:
        """
        Wait for a call and return what it returned.

        :raises HungCallError: when it does not return in time
        :raises BaseException: what it raised
        """
        try:
            return call.result()
        except HungCallError:
            self._call = call
            raise

    def __getattr__(self, name: str) -> Any:
        """Return an attribute that only some programs have: ``labels``, ``check_option`` ..."""
        if name in _OWN:
            raise AttributeError(name)
        program = self._program
        if not _may_run_code(program, name):
            found = getattr(program, name)
            if name in _CHECKS:
                return lambda *values: self._bounded(name, lambda: found(*values))
            return found
        return self._bounded(name, lambda: getattr(program, name))

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute of the program: ``labels`` of one that follows the boxes of others."""
        if name in _OWN:
            object.__setattr__(self, name, value)
        else:
            setattr(self._program, name, value)

    def _bounded(self, what: str, function: Callable[[], Any]) -> Any:
        return self.finish(self._begin(what, function))

    def _begin(self, what: str, function: Callable[[], Any]) -> BoundedCall:
        late = self._call
        if late is not None and not late.returned:
            raise late.hung
        return BoundedCall(what, function, CALL_S)


def bounded_of(program: Program) -> BoundedProgram | None:
    """Return the own code in a program; ``None`` when it has none, or in another process."""
    found = getattr(program, 'bounded', None)
    return found if isinstance(found, BoundedProgram) else None


def _may_run_code(program: Any, name: str) -> bool:
    """Whether reading an attribute may call code of the program: a property, a descriptor."""
    kind: Any = type(program)
    if kind.__getattribute__ is not object.__getattribute__:
        return True
    try:
        static = inspect.getattr_static(program, name)
    except AttributeError:
        return hasattr(kind, '__getattr__')
    plain = inspect.isroutine(static) or inspect.ismemberdescriptor(static)
    return hasattr(type(static), '__get__') and not plain
