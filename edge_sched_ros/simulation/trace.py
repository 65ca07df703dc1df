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

from edge_sched_ros.core.codec import to_dict
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.documents.output_file import make_folders_of
from edge_sched_ros.plugins.policies import make_policy
from edge_sched_ros.simulation.trace_event import event_of
from edge_sched_ros.system.system import System

#: format of the lines; read only by :func:`replay_trace`
FORMAT = 2
#: exceptions that a foreign line may raise in the dispatcher
_UNUSABLE = (EdgeSchedError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


class TraceWriter:
    """
    Writes events and decisions as JSON lines; a listener of the simulator.

    :param file: open for writing; the first line describes the run, the last marks its end
    :param head: description of the run
    :param as_data: returns an event or a decision as JSON types
    """

    def __init__(
        self,
        file: TextIO,
        head: Mapping[str, Any],
        as_data: Callable[[Any], dict[str, Any]] = to_dict,
    ) -> None:
        self._file = file
        self._as_data = as_data
        self._events = 0
        self._line({'trace': FORMAT, **head})

    def __call__(self, now_ns: int, event: Any, decisions: Iterable[Any]) -> None:
        """Write one event."""
        self._events += 1
        as_data = self._as_data
        self._line(
            {'now_ns': now_ns, 'event': as_data(event), 'decisions': [*map(as_data, decisions)]}
        )

    def end(self) -> None:
        """Mark the end, so that a truncated file can be detected."""
        self._line({'events': self._events})

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
    path: Path, head: Mapping[str, Any], as_data: Callable[[Any], dict[str, Any]] = to_dict
) -> Iterator[TraceWriter]:
    """
    Open a file for a trace; closes it after the run.

    :param as_data: returns an event or a decision as JSON types
    :param head: description of the run; a replay needs ``policy``, ``policy_parameters``,
        ``workload``, ``platform`` and ``load``
    :raises ConfigError: when it cannot be written, now or later
    """
    try:
        if not os.path.exists(path):
            make_folders_of(path)
        with path.open('w', encoding='utf-8') as file:
            writer = TraceWriter(file, head, as_data)
            yield writer
            writer.end()
    except OSError as error:
        raise ConfigError(str(path), f'cannot be written: {error.strerror}') from None


def read_trace(path: Path) -> Iterator[dict[str, Any]]:
    """
    Yield the lines of a trace, the first of which describes the run.

    :raises ConfigError: when the file is not a trace; names file and line
    """
    try:
        lines = path.read_text(encoding='utf-8').splitlines()
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None
    except UnicodeDecodeError:
        raise ConfigError(str(path), 'is not a trace: it is not text') from None
    if not lines:
        raise ConfigError(str(path), 'is not a trace: it is empty')
    for number, text in enumerate(lines, start=1):
        try:
            line = json.loads(text)
        except RecursionError:
            raise ConfigError(f'{path}:{number}', 'is nested too deeply') from None
        except ValueError as error:
            raise ConfigError(f'{path}:{number}', f'is not JSON: {error}') from None
        if not isinstance(line, dict):
            raise ConfigError(f'{path}:{number}', 'is not a JSON object')
        yield line


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

    return replay_lines(path, begin, event_of, to_dict)


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
    for number, line in enumerate(read_trace(path), start=1):
        try:
            if dispatcher is None:
                check_format(line)
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
            raise ConfigError(f'{path}:{number}', f'cannot be replayed: {_say(error)}') from None
    raise ConfigError(str(path), f'is truncated after {events} events')


def check_format(head: dict[str, Any]) -> None:
    """:raises ConfigError: when a first line is not that of a trace of this version."""
    if head.get('trace') != FORMAT:
        raise ConfigError('trace', f'must be {FORMAT}; not a trace, or of another version')


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
        profiles=system.profiles(),
    )


def _say(error: Exception) -> str:
    return f'there is no {error}' if isinstance(error, KeyError) else str(error)
