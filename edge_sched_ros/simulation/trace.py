# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A run as a file: one line per event with what was decided; replays to the same decisions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import TextIO

from edge_sched_ros.core.codec import from_dict
from edge_sched_ros.core.codec import to_dict
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import Event
from edge_sched_ros.policies.registry import make_policy
from edge_sched_ros.simulation.system import System


class TraceWriter:
    """
    Writes events and decisions as JSON lines; a listener of the simulator.

    :param file: open for writing; the first line says what the run was of
    """

    def __init__(self, file: TextIO, **head: Any) -> None:
        self._file = file
        self._line({'trace': 1, **head})

    def __call__(self, now_ns: int, event: Event, decisions: list[Decision]) -> None:
        """Write one event."""
        self._line(
            {'now_ns': now_ns, 'event': to_dict(event), 'decisions': [*map(to_dict, decisions)]}
        )

    def _line(self, data: dict[str, Any]) -> None:
        self._file.write(json.dumps(data, separators=(',', ':')) + '\n')


def read_trace(path: Path) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    """
    Return the first line and the others of a trace.

    :raises ConfigError: when the file is none
    """
    try:
        lines = iter(path.read_text(encoding='utf-8').splitlines())
        head = json.loads(next(lines))
        if not isinstance(head, dict) or 'trace' not in head:
            raise ValueError('the first line does not say so')
    except (OSError, StopIteration, ValueError) as error:
        raise ConfigError(str(path), f'is not a trace: {error}') from None
    return head, (json.loads(line) for line in lines)


def first_difference(path: Path, system: System) -> int | None:
    """
    Feed a trace's events to a new dispatcher; return the first line whose decisions differ.

    :raises ConfigError: when the file is no trace
    """
    head, lines = read_trace(path)
    dispatcher = LowLevelDispatcher(
        tasks=system.tasks,
        units=system.units,
        policy=head['policy'],
        make_policy=make_policy,
        policy_parameters=head.get('policy_parameters', {}),
        profiles=system.profiles(),
    )
    for number, line in enumerate(lines, start=2):
        event: Any = from_dict(line['event'])
        decided = dispatcher.handle(event, line['now_ns'])
        if json.loads(json.dumps([*map(to_dict, decided)])) != line['decisions']:
            return number
    return None
