# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A run as a file: one line per event with what was decided; replays to the same decisions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from typing import TextIO

from edge_sched_ros.core.codec import from_dict
from edge_sched_ros.core.codec import to_dict
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.core.events import Event
from edge_sched_ros.policies.registry import make_policy
from edge_sched_ros.simulation.system import System

#: of the lines; read by :func:`first_difference` alone
FORMAT = 1
#: what a line that was not written by this package may raise anywhere in the dispatcher
_UNUSABLE = (EdgeSchedError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


class TraceWriter:
    """
    Writes events and decisions as JSON lines; a listener of the simulator.

    :param file: open for writing; the first line says what the run was of
    """

    def __init__(self, file: TextIO, **head: Any) -> None:
        self._file = file
        self._line({'trace': FORMAT, **head})

    def __call__(self, now_ns: int, event: Event, decisions: list[Decision]) -> None:
        """Write one event."""
        self._line(
            {'now_ns': now_ns, 'event': to_dict(event), 'decisions': [*map(to_dict, decisions)]}
        )

    def _line(self, data: dict[str, Any]) -> None:
        self._file.write(json.dumps(data, separators=(',', ':')) + '\n')


@contextmanager
def trace_file(path: Path, **head: Any) -> Iterator[TraceWriter]:
    """
    Open a file for a trace; closes it after the run.

    :param head: what the run was of; ``policy`` and ``policy_parameters`` are needed to replay
    :raises ConfigError: when it cannot be written, at once or later
    """
    try:
        with path.open('w', encoding='utf-8') as file:
            yield TraceWriter(file, **head)
    except OSError as error:
        raise ConfigError(str(path), f'cannot be written: {error.strerror}') from None


def read_trace(path: Path) -> Iterator[dict[str, Any]]:
    """
    Yield the lines of a trace, the first of which says what the run was of.

    :raises ConfigError: when the file is none; names file and line
    """
    try:
        lines = path.read_text(encoding='utf-8').splitlines()
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None
    except UnicodeDecodeError:
        raise ConfigError(str(path), 'is not a trace: it is no text') from None
    if not lines:
        raise ConfigError(str(path), 'is not a trace: it is empty')
    for number, text in enumerate(lines, start=1):
        try:
            line = json.loads(text)
        except ValueError as error:
            raise ConfigError(f'{path}:{number}', f'is not JSON: {error}') from None
        if not isinstance(line, dict):
            raise ConfigError(f'{path}:{number}', 'is not a JSON object')
        yield line


def first_difference(path: Path, system: System) -> int | None:
    """
    Feed a trace's events to a new dispatcher; return the first line whose decisions differ.

    :raises ConfigError: when the file is no trace, or not one of that system; names file and line
    """
    dispatcher: LowLevelDispatcher | None = None
    for number, line in enumerate(read_trace(path), start=1):
        try:
            if dispatcher is None:
                dispatcher = _dispatcher(line, system)
                continue
            event: Any = from_dict(line['event'])
            decided = dispatcher.handle(event, line['now_ns'])
            if json.loads(json.dumps([*map(to_dict, decided)])) != line['decisions']:
                return number
        except _UNUSABLE as error:
            raise ConfigError(f'{path}:{number}', f'cannot be replayed: {_say(error)}') from None
    return None


def _dispatcher(head: dict[str, Any], system: System) -> LowLevelDispatcher:
    if head.get('trace') != FORMAT:
        raise ConfigError('trace', f'must be {FORMAT}; this is not a trace, or one of other days')
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
