# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A small file with the counts of a run, so that the next one can say what was lost.

A node that is killed (SIGKILL, no memory, no power) writes no summary. The file is replaced as a
whole once per status period, and says that the run has ended when it ends in an orderly way.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from datetime import timezone
from pathlib import Path
from typing import Any

from edge_sched_ros.core.brief import brief
from edge_sched_ros.pipeline.health.status import Status

_FORMAT = 1
#: a file of this package is smaller; a larger one is not read, bytes
_MOST_BYTES = 1 << 20
_MOST_COUNT = 1 << 63
_PROC = Path('/proc')


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """Counts of a task at the last writing; lost frames were in flight then."""

    released: int
    on_time: int
    late: int
    dropped: int
    failed: int

    @property
    def in_flight(self) -> int:
        """Number of frames that had been released and not ended."""
        return self.released - self.on_time - self.late - self.dropped - self.failed


class RunState:
    """
    The file of one node.

    :param name: its path; ``~`` is the home folder; empty for none
    :param wall_s: the time of day, in seconds since 1970
    """

    def __init__(self, name: str, wall_s: Callable[[], float] = time.time) -> None:
        self._file = Path(name).expanduser() if name else None
        self._wall_s = wall_s

    def last_run(self) -> str:
        """Return what the last run left unsaid; empty if it ended in an orderly way."""
        if self._file is None:
            return ''
        try:
            with self._file.open('rb') as file:
                data = file.read(_MOST_BYTES + 1)
            return _told(_checked(json.loads(data[:_MOST_BYTES]), len(data)))
        except FileNotFoundError:
            return ''
        except OSError as error:
            return f'the state of the last run cannot be read: {self._file}: {error.strerror}'
        except (
            ArithmeticError,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            RecursionError,
        ):
            return (
                f'the state of the last run cannot be read: {self._file} is no file of this node'
            )

    def write(self, status: Status, *, ended: bool = False) -> None:
        """
        Write the counts of a run.

        :param ended: whether the run has ended in an orderly way
        :raises OSError: when it cannot be written
        """
        if self._file is None:
            return
        state = {
            'format': _FORMAT,
            'process': identity(os.getpid()),
            'written_s': round(self._wall_s(), 3),
            'ended': ended,
            'tasks': {
                task.name: {
                    'released': task.released,
                    'on_time': task.on_time,
                    'late': task.late,
                    'dropped': sum(task.dropped.values()),
                    'failed': sum(task.failed.values()),
                }
                for task in status.tasks
            },
        }
        # without fsync: a process that is killed loses nothing that it has written
        new = self._file.with_name(f'.{self._file.name}.new')
        try:
            new.write_text(json.dumps(state) + '\n', encoding='utf-8')
            new.replace(self._file)
        except OSError:
            with suppress(OSError):
                new.unlink()
            raise


def identity(pid: int) -> list[int]:
    """Return number and start of a process; a number alone is given again. Start 0: no process."""
    try:
        # the name of the program, in brackets, may have blanks and brackets itself
        fields = (_PROC / str(pid) / 'stat').read_text().rpartition(')')[2].split()
        return [pid, int(fields[19])]
    except (OSError, ValueError, IndexError):
        return [pid, 0]


def _checked(state: Any, size: int) -> dict[str, Any]:
    """Return the content of a file; :raises ValueError: when it is not one of a node."""
    if size > _MOST_BYTES or state['format'] != _FORMAT or type(state['ended']) is not bool:
        raise ValueError
    pid, start = state['process']
    tasks = {
        brief(name, 60): TaskCounts(**{key: _count(count) for key, count in counts.items()})
        for name, counts in state['tasks'].items()
    }
    at = datetime.fromtimestamp(float(state['written_s']), timezone.utc)
    return {
        'process': [_count(pid), _count(start)],
        'at': f'{at:%Y-%m-%d %H:%M:%S} UTC',
        'ended': state['ended'],
        'tasks': tasks,
    }


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < _MOST_COUNT:
        raise ValueError
    return value


def _told(state: dict[str, Any]) -> str:
    """Return in words how a run ended that was not ended in an orderly way."""
    if state['ended']:
        return ''
    pid, start = state['process']
    tasks: dict[str, TaskCounts] = state['tasks']
    if start and pid != os.getpid() and identity(pid) == [pid, start]:
        return f'process {pid} runs and writes the same state file: give each node its own'
    lost = {name: one.in_flight for name, one in tasks.items() if one.in_flight > 0}
    of = f' ({", ".join(f"{name} {count}" for name, count in lost.items())})' if lost else ''
    released = sum(one.released for one in tasks.values())
    on_time = sum(one.on_time for one in tasks.values())
    return brief(
        f'the last run (process {pid}) ended without a shutdown at {state["at"]} or shortly after:'
        f' {sum(lost.values())} frames in flight{of}; {on_time} of {released} frames had been '
        'answered on time',
        400,
    )
