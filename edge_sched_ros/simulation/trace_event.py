# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An event of a trace, checked field by field, since a trace may be a foreign file."""

from __future__ import annotations

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
    for key in ('now_ns', 'event', 'decisions'):
        if key not in line:
            raise ConfigError(key, 'is missing')
    _check('now_ns', _TIME, line['now_ns'])
    data = line['event']
    if not isinstance(data, dict):
        raise ConfigError('event', 'must be a mapping')
    name = str(data.get('type'))
    if name not in _KINDS:
        raise ConfigError('event.type', f"unknown event '{name}'")
    for field in fields(_KINDS[name]):
        at = f'event.{field.name}'
        if field.name in data:
            _check(at, _CHECKS[name][field.name], data[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ConfigError(at, f'is missing from {name}')
    return line['now_ns'], from_dict(data)


def _check(where: str, check: TypeAdapter[Any], value: Any) -> None:
    try:
        check.validate_python(value, strict=True)
    except ValidationError as error:
        raise ConfigError(where, plain_problem(error.errors()[0])) from None
