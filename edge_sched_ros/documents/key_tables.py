# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keys of files as Markdown tables, from the models that read them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from types import NoneType
from types import UnionType
from typing import Annotated
from typing import Any
from typing import get_args
from typing import get_origin
from typing import Literal
from typing import Union

from pydantic import BaseModel
from pydantic.fields import FieldInfo

#: limits from here on only exclude nonsense and are not documented
MOST = 1e9
_WORDS = {str: 'text', float: 'number', int: 'whole number', bool: 'true or false', Any: 'any'}
_SIGNS = {'gt': '>', 'ge': '>=', 'lt': '<', 'le': '<='}


def key_table(model: type[BaseModel], without: Collection[str] = ()) -> list[str]:
    """
    Return heading, meaning and table of one part of a file.

    :param without: keys listed elsewhere
    """
    lines = [f'### {model.__name__}', '', plain(inspect.getdoc(model) or ''), '']
    return [*lines, *table('key | type | default | range | meaning', _fields(model, without)), '']


def sections(
    titles: Mapping[str, Sequence[type[BaseModel]]],
    without: Mapping[type[BaseModel], Collection[str]] | None = None,
) -> list[str]:
    """
    Return the parts of a file under their titles.

    :param without: part -> keys that are listed elsewhere
    """
    lines = []
    for title, models in titles.items():
        lines += [f'## {title}', '']
        for model in models:
            lines += key_table(model, (without or {}).get(model, ()))
    return lines


def table(head: str, rows: Iterator[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table; columns of the head are parted by bars."""
    rule = ' | '.join('---' for _ in head.split('|'))
    return [f'| {head} |', f'| {rule} |', *(f'| {" | ".join(row)} |' for row in rows)]


def _fields(model: type[BaseModel], without: Collection[str]) -> Iterator[Sequence[str]]:
    for name, field in model.model_fields.items():
        if name in without:
            continue
        yield (
            f'`{field.alias or name}`',
            _type(_given(field), field.metadata),
            'required' if field.is_required() else _default(field.get_default()),
            _range(field.annotation, field.metadata),
            plain(field.description or ''),
        )


def _type(kind: Any, metadata: Sequence[Any] = ()) -> str:
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _type(parts[0], parts[1:])
    if origin is Literal:
        return ' or '.join(f'`{part}`' for part in parts)
    if origin in (Union, UnionType):
        return ' or '.join(_type(part) for part in parts)
    if origin is tuple:
        if parts[-1] is Ellipsis:
            return f'list of {_type(parts[0])}'
        return f'[{", ".join(_type(part) for part in parts)}]'
    if origin is dict:
        return f'map of {_type(parts[0])} to {_type(parts[1])}'
    if kind is NoneType:
        return 'null'
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f'[{kind.__name__}](#{kind.__name__.lower()})'
    named = kind is str and any(key == 'pattern' for key, _ in _limits(metadata))
    return 'name' if named else _WORDS[kind]


def _range(kind: Any, metadata: Sequence[Any] = ()) -> str:
    """Return the limits in words, including those of the elements of a list or map."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _range(parts[0], parts[1:])
    limits = dict(_limits(metadata))
    found = [
        f'{sign} {limits[key]:g}'
        for key, sign in _SIGNS.items()
        if key in limits and limits[key] < MOST
    ]
    if 'min_length' in limits:
        found.append(f'at least {limits["min_length"]}')
    if origin in (Union, UnionType):
        found += filter(None, map(_range, parts))
    elif origin in (tuple, dict):
        inner = _range(parts[0] if origin is tuple else parts[1])
        found += [inner if inner.startswith('each') else f'each {inner}'] if inner else []
    return ', '.join(found)


def _limits(metadata: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for entry in metadata:
        if isinstance(entry, FieldInfo):
            yield from _limits(entry.metadata)
        for key in (*_SIGNS, 'min_length', 'pattern'):
            if getattr(entry, key, None) is not None:
                yield key, getattr(entry, key)


def _given(field: FieldInfo) -> Any:
    """Return the type of a key where it is given: without the ``None`` of one that is not."""
    if field.is_required() or field.get_default() is not None:
        return field.annotation
    return Union[tuple(part for part in get_args(field.annotation) if part is not NoneType)]


def _default(value: Any) -> str:
    if value is None:
        return 'absent'
    if isinstance(value, BaseModel):
        return f'`{next(iter(value.model_dump().values()))}`'
    return "`''`" if value == '' else f'`{json.dumps(value).strip(chr(34))}`'


def plain(text: str) -> str:
    """Return a docstring's text as one line of Markdown."""
    return ' '.join(text.replace('``', '`').split())
