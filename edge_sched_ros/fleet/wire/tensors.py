# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors, pictures and answers as bytes, and back; nothing in a message is believed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.execution.coded_size import MOST_PIXELS
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.fleet.wire import results
from edge_sched_ros.fleet.wire.tensor_record import TensorRecord

TENSOR, IMAGE, COMPRESSED, RESULT = 'tensor', 'image', 'compressed', 'result'
DTYPES = frozenset(
    'bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 float16 float32 float64'.split()
)
#: more than any network between two segments gives
MOST_BYTES = 1 << 30
_MOST_DIMENSIONS = 16


class TensorError(EdgeSchedError):
    """
    A tensor that is not what its message says, or not what the network promises.

    :param reason: short code, counted: ``bad_kind``, ``bad_dtype``, ``bad_shape``, ``bad_size``,
        ``bad_result``, ``bad_image``
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Expected:
    """
    What a network promises of a tensor.

    :param shape: ``None`` for a dimension that may vary; ``None`` as a whole when not known
    :param answer: class of its answers, for what is no tensor; ``None`` for a tensor
    """

    dtype: str = ''
    shape: tuple[int | None, ...] | None = None
    answer: type | None = None

    def check(self, dtype: str, shape: tuple[int, ...]) -> None:
        """:raises TensorError: when a tensor is none that the network gives."""
        if self.answer is not None:
            raise TensorError('bad_result', f'is {dtype}, not {self.answer.__name__}')
        if self.dtype and dtype != self.dtype:
            raise TensorError('bad_dtype', f'is {dtype}, the network gives {self.dtype}')
        if self.shape is None:
            return
        fits = len(shape) == len(self.shape) and all(
            promised is None or size == promised for size, promised in zip(shape, self.shape)
        )
        if not fits:
            raise TensorError(
                'bad_shape', f'has shape {list(shape)}, the network gives {list(self.shape)}'
            )

    def check_value(self, value: Any) -> None:
        """:raises TensorError: when a value of any kind is none that the network gives."""
        if isinstance(value, np.ndarray):
            self.check(value.dtype.name, value.shape)
            return
        wanted, kind = self.answer, type(value).__name__
        if wanted is None:
            raise TensorError('bad_kind', f'is {kind}, not a tensor')
        if not isinstance(value, wanted):
            raise TensorError('bad_result', f'is {kind}, not {wanted.__name__}')


@dataclass(frozen=True, slots=True)
class Payload:
    """The parts of a record that make the value."""

    kind: str
    dtype: str
    shape: tuple[int, ...]
    data: Any


def encode(value: Any) -> Payload:
    """
    Return a value as bytes; arrays that are contiguous are not copied.

    :raises TensorError: for an answer of own code, which only its home device understands
    """
    if isinstance(value, np.ndarray):
        # which makes one dimension of none
        flat = np.ascontiguousarray(value).reshape(-1)
        return Payload(TENSOR, flat.dtype.name, value.shape, flat.view(np.uint8).data)
    if isinstance(value, SourceImage):
        return _encode_image(value)
    data = results.pack(value)
    if data is None:
        raise TensorError('bad_result', f'a {type(value).__name__} cannot be sent')
    return Payload(RESULT, 'uint8', (len(data),), data)


def _encode_image(image: SourceImage) -> Payload:
    view, encoding = image.native()
    flat = np.ascontiguousarray(view)
    data = flat.reshape(-1).view(np.uint8).data
    if not encoding:
        form = f'{image.mosaic}; jpeg compressed' if image.mosaic else ''
        return Payload(COMPRESSED, form, (len(data),), data)
    width, height = image.size
    big = int(flat.dtype.byteorder == '>')
    return Payload(IMAGE, encoding, (height, width, flat.strides[0], big), data)


def decode(
    record: TensorRecord, expected: Expected | None = None, *, max_pixels: int = MOST_PIXELS
) -> Any:
    """
    Return the value of a record; arrays see its bytes without copying them.

    :param expected: what the network promises of it
    :param max_pixels: a larger picture is refused
    :raises TensorError: when it is not what it says, or not what is expected
    """
    nbytes = record.nbytes
    if nbytes > MOST_BYTES:
        raise TensorError('bad_size', f'has {nbytes} bytes, at most {MOST_BYTES} are taken')
    value = _value(record, max_pixels)
    if expected is not None:
        expected.check_value(value)
    return value


def _value(record: TensorRecord, max_pixels: int) -> Any:
    if record.kind == TENSOR:
        return _tensor(record)
    if record.kind in (IMAGE, COMPRESSED):
        return _image(record, max_pixels)
    if record.kind == RESULT:
        try:
            return results.unpack(bytes(record.data))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise TensorError('bad_result', f'is no answer: {brief(error)}') from None
    raise TensorError('bad_kind', f'is of kind {record.kind!r:.40}')


def _tensor(record: TensorRecord) -> NDArray[Any]:
    if record.dtype not in DTYPES:
        raise TensorError('bad_dtype', f'has dtype {record.dtype!r:.40}')
    shape = tuple(record.shape)
    if len(shape) > _MOST_DIMENSIONS or any(size < 0 for size in shape):
        raise TensorError('bad_shape', f'has shape {list(shape)[:_MOST_DIMENSIONS]}')
    dtype = np.dtype(record.dtype)
    nbytes, needed = record.nbytes, math.prod(shape) * dtype.itemsize
    if needed != nbytes:
        raise TensorError(
            'bad_size',
            f'has {nbytes} bytes, {record.dtype} of shape {list(shape)} needs {needed}',
        )
    return np.frombuffer(record.data, dtype).reshape(shape)


def _image(record: TensorRecord, max_pixels: int) -> SourceImage:
    try:
        if record.kind == COMPRESSED:
            return SourceImage.from_compressed(record.data, record.dtype, max_pixels=max_pixels)
        if len(record.shape) != 4:
            raise TensorError('bad_shape', f'an image of {len(record.shape)} numbers, not 4')
        height, width, step, big = record.shape
        return SourceImage.from_raw(
            record.data,
            width=width,
            height=height,
            encoding=record.dtype,
            step=step,
            is_bigendian=bool(big),
            max_pixels=max_pixels,
        )
    except FrameError as error:
        raise TensorError('bad_image', str(error)) from None
