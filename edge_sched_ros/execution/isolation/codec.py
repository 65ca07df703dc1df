# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Values as JSON text, and their arrays beside it in shared memory.

The text of the other process is data: reading it runs none of its code, unlike pickle.
"""

from __future__ import annotations

import array
import dataclasses
import json
import math
from collections.abc import Callable
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.isolation.errors import TooLargeError
from edge_sched_ros.execution.isolation.errors import UnsendableError

#: largest text, bytes
MOST_TEXT = 4 << 20
#: deepest nesting of a value
_DEEPEST = 32
#: kinds of numpy's types whose bytes mean the same in another process
_PLAIN_KINDS = frozenset('biufcSUmM')
#: arrays start at multiples of this, bytes
_ALIGNED = 64
#: classes of results that are sent by their fields, by name
Records = Mapping[str, type[Any]]


class Message(SimpleNamespace):
    """A copy of a message or a dataclass: the same fields, numbers in numpy arrays."""


class Writer:
    """
    Writes one value into a slot.

    :param slot: the memory of the arrays and the text
    :param records: classes that are sent by their fields
    """

    def __init__(self, slot: memoryview, records: Records) -> None:
        self._slot = slot
        self._names = {kind: name for name, kind in records.items()}
        self._used = 0
        #: address and size of an array -> its place: a message and its picture share their bytes
        self._places: dict[tuple[int, int], int] = {}

    def write(self, value: Any) -> tuple[int, int]:
        """
        Write a value; return the place and length of its text in the slot.

        :raises UnsendableError: when it has a part that cannot be sent
        :raises TooLargeError: when it does not fit
        """
        try:
            text = json.dumps(self._form(value, 0), separators=(',', ':')).encode()
        except ValueError as error:
            # a number of thousands of digits
            raise UnsendableError(str(error)) from None
        if len(text) > MOST_TEXT:
            raise TooLargeError(f'{len(text)} bytes of text, at most {MOST_TEXT} are sent')
        place = self._reserve(len(text))
        self._slot[place : place + len(text)] = text
        return place, len(text)

    def _reserve(self, size: int) -> int:
        place = -(-self._used // _ALIGNED) * _ALIGNED
        if place + size > len(self._slot):
            raise TooLargeError(
                f'{(place + size) >> 20} MiB do not fit into the {len(self._slot) >> 20} MiB of '
                'shared memory of a frame'
            )
        self._used = place + size
        return place

    def _form(self, value: Any, depth: int) -> Any:
        """Return what stands for a value in JSON."""
        if depth > _DEEPEST:
            raise UnsendableError(f'it is nested deeper than {_DEEPEST} levels')
        kind = type(value)
        if value is None or kind in (bool, int, float, str):
            return value
        form = _FORMS.get(kind)
        if form is not None:
            return form(self, value, depth + 1)
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.generic):
            return self._form(value.item(), depth + 1)
        if kind in self._names:
            return {'r': [self._names[kind], self._fields(value, depth)]}
        if isinstance(value, array.array):
            return self._array(np.frombuffer(value, value.typecode))
        if isinstance(value, (bytes, bytearray)):
            return {'b': self._bytes(value)}
        if isinstance(value, memoryview):
            return {'v': self._bytes(value)}
        if isinstance(value, SimpleNamespace):
            return {'m': self._pairs(vars(value), depth + 1)}
        names = field_names(value)
        if names is None:
            raise UnsendableError(
                f'a value of type {kind.__name__} cannot be sent between processes'
            )
        fields = {name: getattr(value, name) for name in names}
        return {'m': self._pairs(fields, depth + 1)}

    def _fields(self, value: Any, depth: int) -> dict[str, Any]:
        return {
            field.name: self._form(getattr(value, field.name), depth + 1)
            for field in dataclasses.fields(value)
        }

    def _pairs(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        if not all(type(key) is str for key in value):
            raise UnsendableError('the keys of a dict must be texts to be sent')
        return {key: self._form(each, depth) for key, each in value.items()}

    def _items(self, value: Any, depth: int) -> list[Any]:
        return [self._form(each, depth) for each in value]

    def _bytes(self, value: Any) -> tuple[int, int]:
        return self._copied(np.frombuffer(value, np.uint8))

    def _array(self, value: NDArray[Any]) -> dict[str, Any]:
        if value.dtype.kind not in _PLAIN_KINDS or value.dtype.hasobject:
            raise UnsendableError(f'an array of {value.dtype} cannot be sent between processes')
        place, _ = self._copied(value)
        return {'a': [place, value.dtype.str, list(value.shape)]}

    def _copied(self, value: NDArray[Any]) -> tuple[int, int]:
        """Copy an array into the slot, once; return its place and size."""
        whole = bool(value.flags.c_contiguous and value.nbytes)
        key = (value.ctypes.data, value.nbytes)
        if whole and key in self._places:
            return self._places[key], value.nbytes
        place = self._reserve(value.nbytes)
        if value.nbytes:
            goal = np.frombuffer(self._slot, value.dtype, value.size, place)
            np.copyto(goal.reshape(value.shape), value)
        if whole:
            self._places[key] = place
        return place, value.nbytes


_FORMS: dict[type[Any], Callable[[Writer, Any, int], Any]] = {
    list: Writer._items,
    tuple: lambda writer, value, depth: {'t': writer._items(value, depth)},
    dict: lambda writer, value, depth: {'d': writer._pairs(value, depth)},
}


class Reader:
    """
    Reads a value of another process.

    :param slot: the bytes that arrays are in, as an array of uint8
    :param copied: whether arrays are copied out of it, or view it
    """

    def __init__(self, slot: NDArray[np.uint8], records: Records, *, copied: bool) -> None:
        self._slot = slot
        self._records = records
        self._copied = copied

    def read(self, place: int, size: int) -> Any:
        """
        Return the value whose text is at a place.

        :raises ValueError: when the text is no value
        """
        if not (0 <= size <= MOST_TEXT and 0 <= place <= len(self._slot) - size):
            raise ValueError('the text is not in the shared memory')
        text = self._slot[place : place + size].tobytes()
        try:
            return self._value(json.loads(text))
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f'not a value: {error!r:.100}') from None

    def _value(self, form: Any) -> Any:
        if isinstance(form, list):
            return [self._value(each) for each in form]
        if not isinstance(form, dict):
            return form
        ((kind, content),) = form.items()
        if kind == 'a':
            return self._array(*content)
        if kind == 'b':
            place, size = content
            return self._array(place, '|u1', [size]).tobytes()
        if kind == 'v':
            place, size = content
            return self._array(place, '|u1', [size]).data
        if kind == 't':
            return tuple(self._value(content))
        if kind == 'r':
            name, fields = content
            return self._records[name](**self._pairs(fields))
        if kind == 'm':
            return Message(**self._pairs(content))
        if kind == 'd':
            return self._pairs(content)
        raise ValueError(f'a value of the unknown kind {kind!r:.20}')

    def _pairs(self, content: dict[str, Any]) -> dict[str, Any]:
        return {name: self._value(each) for name, each in content.items()}

    def _array(self, place: int, name: str, shape: list[int]) -> NDArray[Any]:
        dtype = np.dtype(name)
        if dtype.kind not in _PLAIN_KINDS or dtype.hasobject:
            raise ValueError(f'an array of {dtype}')
        if not all(type(each) is int and each >= 0 for each in (place, *shape)):
            raise ValueError('an array without a size')
        size = math.prod(shape) * dtype.itemsize
        if place + size > len(self._slot):
            raise ValueError('an array outside the shared memory')
        found = self._slot[place : place + size].view(dtype).reshape(shape)
        return found.copy() if self._copied else found


def field_names(value: Any) -> tuple[str, ...] | None:
    """
    Return the names of an object's fields; ``None`` if it has none.

    These are messages of rclpy, and dataclasses: messages of bags and those that the node reads.
    """
    ask = getattr(type(value), 'get_fields_and_field_types', None)
    if ask is not None:
        return tuple(ask())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return tuple(field.name for field in dataclasses.fields(value))
    return None
