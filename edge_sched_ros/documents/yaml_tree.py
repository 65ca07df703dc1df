# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Parses YAML text safely, whatever the text is.

It builds values from libyaml's events without recursion and with limits, because PyYAML accepts
repeated keys, overflows the stack and lets a few lines of aliases expand to millions of values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from typing import Protocol

import yaml
from yaml.events import AliasEvent
from yaml.events import CollectionEndEvent
from yaml.events import CollectionStartEvent
from yaml.events import DocumentStartEvent
from yaml.events import Event
from yaml.events import MappingStartEvent
from yaml.events import ScalarEvent

from edge_sched_ros.core.errors import ConfigError

#: much deeper than any valid file
MOST_LEVELS = 64
#: maximum number of values from aliases
MOST_REPEATED = 1_000_000
#: so many characters of a text count as one more value
_TEXT = 16
#: an empty document
NOTHING = object()
_LOADER: Any = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)


class Rules(Protocol):
    """The rules for scalars and allowed features of YAML; errors are ValueErrors."""

    #: whether aliases (``*name``) and merge keys (``<<``) are allowed
    aliases: bool

    def value(self, text: str, tag: str | None, style: str | None) -> Any:
        """Return a value; ``style`` is its quotes or ``|`` or ``>``, empty without any."""

    def key(self, text: str, tag: str | None, style: str | None) -> str | int:
        """Return a key."""

    def check_tag(self, tag: str) -> None:
        """Check the tag of a list or mapping."""

    def check_list(self, values: list[Any]) -> None:
        """Check a complete list."""


@dataclass(slots=True)
class _Open:
    """
    An incomplete list or mapping.

    :param size: number of values in it, counting those of aliases each time
    :param lines: key -> its line
    """

    value: Any
    line: int
    anchor: str | None
    size: int = 1
    key: str | int | None = None
    lines: dict[str | int, int] | None = None
    merged: dict[str | int, Any] | None = None


class _Builder:
    """Builds one document."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._open: list[_Open] = []
        #: anchored values, with their sizes
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._repeated = 0
        self.result: Any = NOTHING

    def take(self, event: Event, line: int) -> None:
        """Handle the next event; :raises ValueError: for content that is not allowed."""
        if isinstance(event, ScalarEvent):
            self._take_scalar(event, line)
        elif isinstance(event, CollectionStartEvent):
            self._start(event, line)
        elif isinstance(event, CollectionEndEvent):
            self._end()
        elif isinstance(event, AliasEvent):
            self._take_alias(event, line)
        elif isinstance(event, DocumentStartEvent) and self.result is not NOTHING:
            raise ValueError('a second document begins here, but a file has only one')

    def _take_scalar(self, event: ScalarEvent, line: int) -> None:
        if self._wants_key():
            self._take_key(self._rules.key(event.value, event.tag, event.style), line)
            return
        value = self._rules.value(event.value, event.tag, event.style)
        # a long text counts for what it takes where it is shown
        size = 1 + len(event.value) // _TEXT
        if event.anchor:
            self._anchors[event.anchor] = (value, size)
        self._add(value, size)

    def _wants_key(self) -> bool:
        return bool(self._open) and self._open[-1].lines is not None and self._open[-1].key is None

    def _take_key(self, key: str | int, line: int) -> None:
        inside = self._open[-1]
        assert inside.lines is not None
        if key in inside.lines:
            first = inside.lines[key]
            raise ValueError(f"the key '{key!s:.60}' is given twice, first in line {first}")
        inside.lines[key] = line
        inside.key = key

    def _start(self, event: CollectionStartEvent, line: int) -> None:
        if self._wants_key():
            raise ValueError('a key must be text, not a list or a mapping')
        if len(self._open) >= MOST_LEVELS:
            raise ValueError(f'it is nested too deeply (more than {MOST_LEVELS} levels)')
        if event.tag is not None:
            self._rules.check_tag(event.tag)
        mapping = isinstance(event, MappingStartEvent)
        made: Any = {} if mapping else []
        self._open.append(_Open(made, line, event.anchor, lines={} if mapping else None))

    def _end(self) -> None:
        done = self._open.pop()
        if done.merged:
            done.value = {**done.merged, **done.value}
        if done.lines is None:
            self._rules.check_list(done.value)
        if done.anchor:
            self._anchors[done.anchor] = (done.value, done.size)
        self._add(done.value, done.size)

    def _take_alias(self, event: AliasEvent, line: int) -> None:
        if not self._rules.aliases:
            raise ValueError(f'ROS parameter files know no aliases (*{event.anchor})')
        if self._wants_key():
            raise ValueError(f'a key must be text, not an alias (*{event.anchor})')
        if event.anchor not in self._anchors:
            raise ValueError(f'there is no &{event.anchor} before this *{event.anchor}')
        value, size = self._anchors[event.anchor]
        self._repeated += size
        if self._repeated > MOST_REPEATED:
            raise ValueError(f'its aliases stand for more than {MOST_REPEATED} values')
        self._add(value, size)

    def _add(self, value: Any, size: int) -> None:
        """Put a value where it belongs."""
        if not self._open:
            self.result = value
            return
        inside = self._open[-1]
        inside.size += size
        if inside.lines is None:
            inside.value.append(value)
            return
        key, inside.key = inside.key, None
        if key == '<<' and self._rules.aliases:
            inside.merged = _merged(value)
        else:
            inside.value[key] = value


def _merged(value: Any) -> dict[str | int, Any]:
    """Return the keys that ``<<`` adds to a mapping; of equal keys the first counts."""
    found: dict[str | int, Any] = {}
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict):
            raise ValueError('<< must be given a mapping or a list of them')
        found = {**one, **found}
    return found


def read_tree(text: str, where: str, rules: Rules) -> Any:
    """
    Return the content of a text: mappings, lists and scalars; ``NOTHING`` if it is empty.

    :param where: the file, for messages
    :raises ConfigError: naming file and line
    """
    builder = _Builder(rules)
    line = 0
    try:
        for event in _events(text):
            line = event.start_mark.line + 1
            builder.take(event, line)
    except yaml.MarkedYAMLError as error:
        raise ConfigError(*_broken(error, text, where, line)) from None
    except yaml.reader.ReaderError as error:
        line = text.count('\n', 0, error.position) + 1
        problem = f'the character #x{int(error.character):02x} is not allowed in YAML'
        raise ConfigError(f'{where}:{line}', f'cannot be read: {problem}') from None
    except ValueError as error:
        raise ConfigError(f'{where}:{line}', f'cannot be read: {error}') from None
    return builder.result


def _events(text: str) -> Iterator[Event]:
    loader = _LOADER(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


def _broken(error: yaml.MarkedYAMLError, text: str, where: str, line: int) -> tuple[str, str]:
    """Return place and problem of invalid YAML."""
    problem = ': '.join(filter(None, (error.context, error.problem)))
    lines = text.splitlines()
    if error.problem_mark is not None:
        # unclosed collections are detected after the last line
        line = min(error.problem_mark.line + 1, len(lines))
        at = lines[line - 1]
        if '\t' in at[: len(at) - len(at.lstrip())]:
            problem = 'a tab, where only spaces may indent'
    return f'{where}:{line}' if line else where, f'cannot be read: {" ".join(problem.split())}'
