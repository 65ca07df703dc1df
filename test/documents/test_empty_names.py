# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Empty text is never a name, in no file that anything here reads."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Annotated
from typing import Any
from typing import get_args
from typing import get_origin
from typing import Literal

import pytest
from pydantic import BaseModel
from pydantic import TypeAdapter
from pydantic import ValidationError

MODULES = (
    'simulation.change_keys',
    'simulation.suite_file',
    'system.contention',
    'system.costs',
    'system.device',
    'system.fields',
    'system.measurement',
    'system.network',
    'system.system_file',
    'system.unit',
    'system.workload',
)
#: for people, what a machine says of itself, and a mode whose absence is full clock
PROSE = {'description', 'source', 'confidence', 'assumption', 'note', 'picture', 'energy_source'}
PROSE |= {'model', 'cpu', 'os', 'power_mode', 'file', 'sha256', 'versions', 'mode', 'date'}


def _models() -> Iterator[type[BaseModel]]:
    for name in MODULES:
        module = importlib.import_module(f'edge_sched_ros.{name}')
        for found in vars(module).values():
            if isinstance(found, type) and issubclass(found, BaseModel):
                yield found


def _texts(kind: Any, metadata: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Yield the types of all texts in a type, keys of mappings and entries of lists too."""
    if kind is str:
        yield Annotated[(str, *metadata)] if metadata else str
    elif get_origin(kind) is Annotated:
        yield from _texts(get_args(kind)[0], get_args(kind)[1:])
    elif get_origin(kind) is not Literal:
        for part in get_args(kind):
            yield from _texts(part)


CASES = {
    f'{model.__name__}.{name}': list(_texts(field.annotation, tuple(field.metadata)))
    for model in _models()
    for name, field in model.model_fields.items()
    if name not in PROSE
}


@pytest.mark.parametrize('key', [key for key, kinds in CASES.items() if kinds])
@pytest.mark.parametrize('text', ['', ' ', '\t\n'])
def test_a_name_is_not_empty(key, text):
    for kind in CASES[key]:
        with pytest.raises(ValidationError):
            TypeAdapter(kind).validate_python(text)


def test_there_are_names():
    assert {'Task.network', 'SystemFile.costs', 'Task.after', 'Group.platforms'} <= {
        key for key, kinds in CASES.items() if kinds
    }
