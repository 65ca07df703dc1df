# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An event of a trace, checked field by field, since a trace may be a foreign file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from dataclasses import MISSING
from typing import Any
from typing import get_type_hints

from pydantic import TypeAdapter
from pydantic import ValidationError

from edge_sched_ros.core.codec import from_dict
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import EVENT_TYPES
from edge_sched_ros.documents.validation_text import plain_problem

_KINDS = {kind.__name__: kind for kind in EVENT_TYPES}
#: type of event -> field -> check of its value
_CHECKS = {
    name: {field: TypeAdapter(hint) for field, hint in get_type_hints(kind).items()}
    for name, kind in _KINDS.items()
}
_TIME: TypeAdapter[int] = TypeAdapter(int)


def event_of(line: dict[str, Any]) -> tuple[int, Any]:
    """
    Return time and event of a line.

    :raises ConfigError: naming the field
    """
    now_ns, data, kind = parts_of(line, _KINDS)
    for field in fields(kind):
        if field.name in data:
            check_value(
                f'event.{field.name}', _CHECKS[kind.__name__][field.name], data[field.name]
            )
    return now_ns, from_dict(data)


def parts_of(
    line: dict[str, Any], kinds: Mapping[str, type[Any]]
) -> tuple[int, dict[str, Any], type[Any]]:
    """
    Return time, event and class of the event of a line; no required field is missing.

    :raises ConfigError: naming the field
    """
    for key in ('now_ns', 'event', 'decisions'):
        if key not in line:
            raise ConfigError(key, 'is missing')
    check_value('now_ns', _TIME, line['now_ns'])
    data = line['event']
    if not isinstance(data, dict):
        raise ConfigError('event', 'must be a mapping')
    name = str(data.get('type'))
    if name not in kinds:
        raise ConfigError('event.type', f"unknown event '{name}'")
    for field in fields(kinds[name]):
        required = field.default is MISSING and field.default_factory is MISSING
        if required and field.name not in data:
            raise ConfigError(f'event.{field.name}', f'is missing from {name}')
    return line['now_ns'], data, kinds[name]


def check_value(where: str, check: TypeAdapter[Any], value: Any) -> None:
    """:raises ConfigError: when a value is not of its field's type."""
    try:
        check.validate_python(value, strict=True)
    except ValidationError as error:
        raise ConfigError(where, plain_problem(error.errors()[0])) from None
