# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a trace line by line, the older half of a node's trace first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.tracing.ring import OLDER
from edge_sched_ros.tracing.setup import FORMAT

#: a line of a trace is shorter; a foreign file may have longer ones, in characters
_MOST_LINE = 50_000_000
_NO_TRACE = (
    'is JSON, but not a trace: simulate --trace and the parameter trace_file of a node write one'
)
#: keys of results of a run in one line
_OF_OTHERS = ('tasks', 'traceEvents')


def parts_of_trace(path: Path) -> list[Path]:
    """Return the files of a trace in order of time."""
    older = path.with_name(f'{path.name}{OLDER}')
    if not older.is_file():
        return [path]
    first, second = _head_of(older), _head_of(path)
    # a new run begins with part 0 and has removed the older half of the last one
    follows = second.get('part', 0) == first.get('part', 0) + 1
    return [older, path] if follows else [path]


def lines_of_trace(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """
    Yield the place and the content of every line of a trace.

    A last line that was cut off is left out, as after a power cut.

    :raises ConfigError: when the file is not a trace; names file and line
    """
    for part in parts_of_trace(path):
        yield from _lines(part)


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with path.open(encoding='utf-8') as file:
            number = 0
            while text := file.readline(_MOST_LINE):
                number += 1
                where = f'{path}:{number}'
                if not text.endswith('\n') and number > 1:
                    return
                if number == 1 and _is_document(text):
                    raise ConfigError(str(path), _NO_TRACE)
                line = _parsed(text, where)
                if number == 1 and not line.keys().isdisjoint(_OF_OTHERS):
                    raise ConfigError(str(path), _NO_TRACE)
                if number == 1:
                    check_format(line, str(path))
                yield where, line
            if not number:
                raise ConfigError(str(path), 'is not a trace: it is empty')
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None
    except UnicodeDecodeError:
        raise ConfigError(str(path), 'is not a trace: it is not text') from None


def _parsed(text: str, where: str) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except RecursionError:
        raise ConfigError(where, 'is nested too deeply') from None
    except ValueError as error:
        raise ConfigError(where, f'is not JSON: {error}') from None
    if not isinstance(line, dict):
        raise ConfigError(where, 'is not a JSON object')
    return line


def _is_document(text: str) -> bool:
    """Whether a first line begins a JSON text of several lines, such as the result of a run."""
    return text.strip() in ('{', '[') or text.startswith(('{"displayTimeUnit"', '{"traceEvents"'))


def check_format(head: dict[str, Any], where: str = '') -> None:
    """:raises ConfigError: when a first line is not that of a trace of this version."""
    if head.get('trace') != FORMAT:
        problem = f'must be {FORMAT}; not a trace, or of another version'
        raise ConfigError(f'{where}:1: trace' if where else 'trace', problem)


def _head_of(path: Path) -> dict[str, Any]:
    return next(_lines(path))[1]
