# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A program that runs in a process of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.doubt import doubt_text
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.isolation import errors
from edge_sched_ros.execution.isolation.contexts import context_value
from edge_sched_ros.execution.isolation.contexts import result_of
from edge_sched_ros.execution.isolation.errors import IsolationError
from edge_sched_ros.execution.isolation.errors import RemoteError
from edge_sched_ros.execution.isolation.worker import BusyError
from edge_sched_ros.execution.isolation.worker import Worker
from edge_sched_ros.plugins.bounded_call import call_limit_s
from edge_sched_ros.plugins.bounded_call import note_hung_call

#: how long a reset, a check or a close waits for a frame to end; services answer within a second
_WAIT_S = 0.3
#: how long a setting waits for that, since it can follow later; a request may change many
_SETTING_WAIT_S = 0.05
#: time limit of the very first frame at least, seconds: libraries load what they need
_FIRST_S = 5.0
#: the first frame of a later process may take as many times what the very first took
_COLD_FACTOR = 3.0


@dataclass(frozen=True, slots=True)
class IsolationReport:
    """
    The state of a task's process.

    :param pid: its number; 0 while it does not run
    :param restarts: how often it was started again
    :param last_end: how the last one ended; empty before
    :param since_end_s: time since that end, seconds
    :param next_start_s: time until the next start, seconds; 0 while it runs or starts
    """

    pid: int
    ready: bool
    restarts: int
    last_end: str
    since_end_s: float
    next_start_s: float


class IsolatedProgram:
    """
    Runs a program in a process of its own, one job at a time.

    :param worker: its process, already started
    :param stages: variant -> its stages; jobs start with the first variant
    :param output: kind of its results
    :param attributes: attributes that only some programs have (``labels``, ``needs_boxes``),
        and its ``doubt``, which each answer renews
    :param checks: which of ``check_option`` and ``check_together`` the program has
    :param cores: unit -> the core that the process runs on while it works for the unit
    :param timeout_ms: time limit of a frame, except for the first ones of processes
    :param message: whether it gets the message of a frame
    :param settings: settings as changed since the start; a new process gets them, too
    """

    #: whether its resources can be freed whatever its calls do
    isolated = True
    stateful = True

    def __init__(
        self,
        worker: Worker,
        *,
        stages: Mapping[str, tuple[str, ...]],
        output: str,
        attributes: Mapping[str, Any],
        checks: Collection[str],
        cores: Mapping[str, int | None],
        timeout_ms: float,
        message: bool,
        settings: dict[str, float | None],
    ) -> None:
        self._worker = worker
        self._of_variant = stages
        self.stages = next(iter(stages.values()))
        self.output = output
        self._attributes = dict(attributes)
        self._checks = checks
        self._cores = cores
        self._timeout_s = timeout_ms / 1000
        self._message = message
        self._settings = settings
        #: requests that came while a frame was being processed; done before the next one
        self._due: list[dict[str, Any]] = []
        #: number of the process that has processed a frame
        self._warm = 0
        #: how long the first frame may take in a process that has processed none, seconds
        self._cold_s = _FIRST_S
        self._pinned = (0, '')

    def _context_value(self, context: JobContext) -> dict[str, Any]:
        camera = bool(self._attributes.get('needs_camera'))
        return context_value(context, message=self._message, camera=camera)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the program."""
        if name.startswith('_') or name not in self._attributes:
            raise AttributeError(name)
        return self._attributes[name]

    @property
    def report(self) -> IsolationReport:
        """The state of its process."""
        worker, now_s = self._worker, time.monotonic()
        down = not worker.ready and bool(worker.last_end)
        return IsolationReport(
            pid=worker.pid,
            ready=worker.ready,
            restarts=max(0, worker.starts - 1),
            last_end=worker.last_end,
            since_end_s=now_s - worker.ended_s if worker.last_end else 0.0,
            next_start_s=max(0.0, worker.restart_s - now_s) if down else 0.0,
        )

    # --- jobs -----------------------------------------------------------------------------------

    def run(self, stage: str, context: JobContext) -> int:
        """
        Run one stage in the process; the result of the last one is set here.

        :raises IsolationError: with the reason why it could not be done
        :raises FrameError: when the frame cannot be used
        """
        stages = self._of_variant.get(context.variant, self.stages)
        first, last = stage == stages[0], stage == stages[-1]
        self._pin(context.unit)
        due, self._due = self._due, []
        request = {
            'do': 'run',
            'due': due,
            'stage': stage,
            'unit': context.unit,
            'variant': context.variant,
            'last': last,
            'context': self._context_value(context) if first else None,
        }
        answer = self._processed(request)
        return self._take(answer, context)

    def _processed(self, request: dict[str, Any]) -> Any:
        process, began_s = self._worker.starts, time.monotonic()
        limit_s = self._timeout_s
        if self._warm != process:
            limit_s = max(limit_s, self._cold_s)
        try:
            answer = self._worker.ask(request, timeout_s=limit_s)
        except RemoteError as error:
            if error.of_frame:
                raise FrameError(error.reason, str(error)) from None
            raise
        if not self._warm:
            self._cold_s = _COLD_FACTOR * (time.monotonic() - began_s)
        if request['last']:
            self._warm = process
        return answer

    def _take(self, answer: Any, context: JobContext) -> int:
        try:
            context.parts += [(str(name), int(a), int(b)) for name, a, b in answer['parts']]
            result = result_of(answer['result'])
            items = answer['items']
            doubt = answer['doubt']
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise IsolationError(errors.BAD_ANSWER, f'no proper answer: {error!r:.100}') from None
        if result is not None:
            context.result = result
        if doubt is not None:
            self._attributes['doubt'] = doubt_text(doubt)
        # what is no number is an error of the program, which the runtime reports
        return items  # type: ignore[no-any-return]

    def _pin(self, unit: str) -> None:
        """Let the process run where the dispatcher decided, as a thread of that unit would."""
        core, pid = self._cores.get(unit), self._worker.pid
        if core is None or not pid or self._pinned == (pid, unit):
            return
        try:
            os.sched_setaffinity(pid, {core})
        except OSError:
            pass  # it has just ended, or the core was switched off
        self._pinned = (pid, unit)

    # --- settings and state ---------------------------------------------------------------------

    def check_option(self, name: str, value: float | None) -> None:
        """Check a setting; :raises ConfigError: when it is not possible now."""
        if 'check_option' in self._checks:
            self._check({'do': 'check_option', 'name': name, 'value': value}, name)

    def check_together(self, values: Mapping[str, float | None]) -> None:
        """Check settings against each other; :raises ConfigError: when they are not possible."""
        if 'check_together' in self._checks:
            self._check({'do': 'check_together', 'values': dict(values)}, '')

    def _check(self, request: dict[str, Any], where: str) -> None:
        try:
            self._ask(request)
        except BusyError as error:
            raise ConfigError(where, f'cannot be checked: {error}') from None
        except IsolationError as error:
            raise _as_config_error(error, where) from error

    def set_option(self, name: str, value: float | None) -> None:
        """
        Change a setting; while a frame is processed, before the next one.

        :raises ConfigError: when it cannot be changed
        """
        request = {'do': 'set_option', 'name': name, 'value': value}
        # a value that still waits for a frame to end must not follow this one
        self._due = [one for one in self._due if one.get('name') != name]
        try:
            self._attributes |= self._ask(request, _SETTING_WAIT_S) or {}
        except BusyError:
            self._due.append(request)
        except IsolationError as error:
            if error.reason != errors.RESTARTING:
                raise _as_config_error(error, name) from error
            if value is None and name not in self._settings:
                # the next process has the default anyway; its code may hang in the call
                return
        self._settings[name] = value

    def reset(self) -> None:
        """
        Reset the state; while a frame is processed, before the next one.

        :raises IsolationError: when it raised
        """
        try:
            self._ask({'do': 'reset'})
        except BusyError:
            self._due.append({'do': 'reset'})
        except IsolationError as error:
            # a new process has no state
            if isinstance(error, RemoteError):
                raise

    def _ask(self, request: dict[str, Any], wait_s: float = _WAIT_S) -> Any:
        # the limits of own code in the node
        try:
            return self._worker.ask(request, timeout_s=call_limit_s(), wait_s=wait_s)
        except BusyError:
            raise
        except IsolationError as error:
            if error.reason == errors.TIMEOUT:
                note_hung_call()
            raise

    def end(self) -> None:
        """End the process at once, without its ``close``; a call to it fails."""
        self._worker.close()

    def close(self) -> None:
        """Free what it has, and end the process; an error of its own is raised afterwards."""
        try:
            if self._worker.ready:
                self._ask({'do': 'close'})
        except RemoteError:
            raise
        except IsolationError:
            pass  # it is ended anyway
        finally:
            self._worker.close()


def _as_config_error(error: IsolationError, where: str) -> ConfigError:
    if isinstance(error, RemoteError) and not error.own_code:
        return ConfigError(error.where or where, str(error))
    return ConfigError(where, f'its program failed: {error}')
