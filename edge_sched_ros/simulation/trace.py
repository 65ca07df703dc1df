# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A run as a file: a line per event with its decisions; a replay gives the same decisions."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import Protocol
from typing import TextIO

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.core.scores import Scores
from edge_sched_ros.documents.output_file import make_folders_of
from edge_sched_ros.plugins.policies import make_policy
from edge_sched_ros.simulation.trace_event import event_of
from edge_sched_ros.system.system import System
from edge_sched_ros.tracing.lines import data_of
from edge_sched_ros.tracing.lines import line_of
from edge_sched_ros.tracing.lines import scored
from edge_sched_ros.tracing.reading import lines_of_trace
from edge_sched_ros.tracing.setup import FORMAT

#: exceptions that a foreign line may raise in the dispatcher
_UNUSABLE = (EdgeSchedError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


#: bytes that are written at a time: a system call costs as much as some lines
_BUFFER = 1 << 20
#: events whose lines are made at a time, which takes less than one by one
_BATCH = 128
#: makes a line of a time, an event and its decisions
LineOf = Callable[[int, Any, Iterable[Any]], str]


class TraceWriter:
    """
    Writes events and decisions as JSON lines; a listener of the simulator.

    :param file: open for writing; the first line describes the run, the last marks its end
    :param head: description of the run
    :param line_of: returns the line of an event, without its end
    """

    def __init__(
        self,
        file: TextIO,
        head: Mapping[str, Any],
        line_of: LineOf = line_of,
    ) -> None:
        self._file = file
        self._line_of = line_of
        self._events = 0
        #: events whose lines are to be made
        self._waiting: list[tuple[int, Any, Iterable[Any], list[Scores] | None]] = []
        #: what led to the decisions of the next line, from the dispatcher
        self.scores: list[Scores] = []
        self._line({'trace': FORMAT, **head})

    def __call__(self, now_ns: int, event: Any, decisions: Iterable[Any]) -> None:
        """Take in one event."""
        told = None
        if self.scores:
            told = self.scores.copy()
            self.scores.clear()
        self._waiting.append((now_ns, event, decisions, told))
        if len(self._waiting) == _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write the events that wait."""
        waiting, self._waiting = self._waiting, []
        self._events += len(waiting)
        self._file.write(''.join([self._text(*one) for one in waiting]))

    def end(self) -> None:
        """Mark the end, so that a truncated file can be detected."""
        self.flush()
        self._line({'events': self._events})

    def _text(
        self, now_ns: int, event: Any, decisions: Iterable[Any], scores: list[Scores] | None
    ) -> str:
        line = self._line_of(now_ns, event, decisions)
        return f'{line if scores is None else scored(line, scores)}\n'

    def _line(self, data: dict[str, Any]) -> None:
        self._file.write(json.dumps(data, separators=(',', ':')) + '\n')


@dataclass(frozen=True, slots=True)
class Replayed:
    """
    The result of a replay.

    :param events: number of compared events
    :param differs: the first line with other decisions than now
    """

    events: int
    differs: int | None


@contextmanager
def trace_file(
    path: Path, head: Mapping[str, Any], line_of: LineOf = line_of
) -> Iterator[TraceWriter]:
    """
    Open a file for a trace; closes it after the run.

    :param head: description of the run; a replay needs ``policy``, ``policy_parameters``,
        ``workload``, ``platform`` and ``load``; a report needs ``setup``
    :param line_of: returns the line of an event, without its end
    :raises ConfigError: when it cannot be written, now or later
    """
    try:
        if not os.path.exists(path):
            make_folders_of(path)
        with path.open('w', buffering=_BUFFER, encoding='utf-8') as file:
            writer = TraceWriter(file, head, line_of)
            try:
                yield writer
            except BaseException:
                # what led to it
                writer.flush()
                raise
            writer.end()
    except OSError as error:
        raise ConfigError(str(path), f'cannot be written: {error.strerror}') from None


def replay_trace(path: Path, system: System, load: float | None) -> Replayed:
    """
    Feed a trace's events to a new dispatcher until its decisions differ.

    :param load: load to which the system was scaled; as in the trace
    :raises ConfigError: when the file is not a trace, of another system, or truncated; names file
        and line
    """

    def begin(head: dict[str, Any]) -> LowLevelDispatcher:
        _check_head(head, system, load)
        return _dispatcher(head, system)

    return replay_lines(path, begin, event_of, data_of)


class Replayable(Protocol):
    """A dispatcher, of one device or of several."""

    def handle(self, event: Any, now_ns: int) -> Sequence[Any]:
        """Take in one event and return the decisions."""


def replay_lines(
    path: Path,
    begin: Callable[[dict[str, Any]], Replayable],
    event_in: Callable[[dict[str, Any]], tuple[int, Any]],
    as_data: Callable[[Any], dict[str, Any]],
) -> Replayed:
    """
    Feed a trace's events to a new dispatcher until its decisions differ.

    :param begin: makes the dispatcher that the first line describes
    :param event_in: returns time and event of another line
    :param as_data: returns a decision as JSON types
    :raises ConfigError: when the file is not a trace, or truncated; names file and line
    """
    dispatcher: Replayable | None = None
    events = 0
    for number, (where, line) in enumerate(lines_of_trace(path), start=1):
        try:
            if dispatcher is None:
                dispatcher = begin(line)
            elif 'event' not in line and 'events' in line:
                if line['events'] != events:
                    raise ConfigError('events', f'must be {events}, the number before it')
                return Replayed(events, None)
            else:
                now_ns, event = event_in(line)
                events += 1
                decided = dispatcher.handle(event, now_ns)
                if json.loads(json.dumps([*map(as_data, decided)])) != line['decisions']:
                    return Replayed(events, number)
        except _UNUSABLE as error:
            raise ConfigError(where, f'cannot be replayed: {_say(error)}') from None
    raise ConfigError(str(path), f'is truncated after {events} events')


def _check_head(head: dict[str, Any], system: System, load: float | None) -> None:
    if 'system' in head:
        raise ConfigError('system', 'the trace is of a coordinator: see --high-level-policy')
    given = {'workload': system.workload.name, 'platform': system.platform.name, 'load': load}
    for key, value in given.items():
        if head[key] != value:
            shown = 'none' if value is None else value
            raise ConfigError(key, f'was {head[key] or "none"} in the trace, given is {shown}')


def _dispatcher(head: dict[str, Any], system: System) -> LowLevelDispatcher:
    return LowLevelDispatcher(
        tasks=system.tasks,
        units=system.units,
        policy=head['policy'],
        make_policy=make_policy,
        policy_parameters=head.get('policy_parameters', {}),
        floor_periods=head.get('floor_periods', 0.0),
        profiles=system.profiles(),
    )


def _say(error: Exception) -> str:
    return f'there is no {error}' if isinstance(error, KeyError) else str(error)
