# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Answers as bytes: a line of JSON that names the arrays, and the arrays."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.fleet.wire.result_forms import RESULT_FORMS
from edge_sched_ros.fleet.wire.result_forms import ResultForm

_FORMS: dict[str, ResultForm] = {kind.__name__: form for kind, form in RESULT_FORMS.items()}


def pack(result: Any) -> bytes | None:
    """Return an answer as bytes; ``None`` for what has no such form."""
    form = RESULT_FORMS.get(type(result))
    if form is None:
        return None
    arrays, plain = form.taken(result)
    head: dict[str, Any] = {**plain, 'kind': type(result).__name__, 'arrays': {}, 'types': {}}
    parts: list[bytes] = []
    for name, dtypes in form.arrays.items():
        value = arrays.get(name)
        if value is not None:
            dtype = value.dtype.name if value.dtype.name in dtypes else dtypes[0]
            array = np.ascontiguousarray(value, dtype)
            head['arrays'][name] = list(array.shape)
            if len(dtypes) > 1:
                head['types'][name] = dtype
            parts.append(array.tobytes())
    return b''.join([json.dumps(head).encode(), b'\n', *parts])


def unpack(data: bytes) -> Any:
    """
    Return the answer in bytes.

    :raises ValueError: when there is none, or its arrays do not fit each other
    """
    line, found, rest = data.partition(b'\n')
    head: Any = json.loads(line) if found else None
    if not isinstance(head, dict):
        raise ValueError('it has no head')
    form = _FORMS.get(head['kind']) if isinstance(head.get('kind'), str) else None
    if form is None or not isinstance(head.get('arrays'), dict):
        raise ValueError('its head names no known answer')
    arrays: dict[str, NDArray[Any]] = {}
    at = 0
    for name, dtypes in form.arrays.items():
        shape = head['arrays'].get(name)
        if shape is None:
            continue
        if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError(f'{name} has no shape')
        dtype = _dtype(head, name, dtypes)
        count = math.prod(shape)
        end = at + count * np.dtype(dtype).itemsize
        if end > len(rest):
            raise ValueError(f'{name} is cut short')
        arrays[name] = np.frombuffer(rest, dtype, count, at).reshape(shape)
        at = end
    if at != len(rest):
        raise ValueError(f'{len(rest) - at} bytes are left over')
    return form.made(arrays, head)


def _dtype(head: dict[str, Any], name: str, dtypes: tuple[str, ...]) -> str:
    if len(dtypes) == 1:
        return dtypes[0]
    types = head.get('types')
    dtype = types.get(name) if isinstance(types, dict) else None
    if dtype not in dtypes:
        raise ValueError(f'{name} has no type')
    return str(dtype)
