# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs of ONNX Runtime that write into memory which is used again."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from sys import getrefcount
from typing import Any
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.tensors import TensorInfo

#: name, shape and type of an input
_Input = tuple[str, tuple[Any, ...], np.dtype[Any]]
#: sets of outputs of one network that may be in use at the same time; more are not kept
MOST_SETS = 8
#: bytes; what the widest vector instructions load at once
_ALIGNED = 64


def bound_runs(
    session: Any, inputs: Sequence[TensorInfo], outputs: Sequence[TensorInfo]
) -> BoundRuns | None:
    """Return what runs a session without copies; ``None`` when a size or type is open."""
    fixed = all(map(_is_fixed, (*inputs, *outputs)))
    return BoundRuns(session, inputs, outputs) if fixed else None


def _is_fixed(info: TensorInfo) -> bool:
    """Whether an array of this type and size can be made before a run."""
    try:
        kind = np.dtype(info.dtype).kind
    except TypeError:  # a sequence, a type that numpy does not have
        return False
    return kind in 'fiub' and all(info.shape)


class BoundRuns:
    """
    Runs of one session with their outputs in arrays that are used again.

    ``InferenceSession.run`` makes memory for its outputs in every run and copies them to arrays.
    Here the session writes to the arrays themselves. A set of arrays is used again when nobody
    else refers to any of them, or to a part of one. So results can be kept for any time, and
    frames that overlap have sets of their own. Several threads may run it at once.

    :param session: the session; its inputs and outputs have fixed shapes
    """

    def __init__(
        self, session: Any, inputs: Sequence[TensorInfo], outputs: Sequence[TensorInfo]
    ) -> None:
        self._session = session
        self._inputs: tuple[_Input, ...] = tuple(
            (info.name, info.shape, np.dtype(info.dtype)) for info in inputs
        )
        self._outputs = tuple(outputs)
        #: those that no run is using now; the one that was used last, and is in the cache, is last
        self._sets: deque[OutputSet] = deque()
        self._made = 0

    def run(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]] | None:
        """
        Return the outputs, in order; ``None`` when it cannot run them without a copy.

        :raises Exception: what ONNX Runtime raises
        """
        one = self._take(inputs)
        if one is None:
            return None
        try:
            if not one.bind(inputs, self._inputs):
                return None
            self._session.run_with_iobinding(one.binding)
            return list(one.arrays)
        finally:
            self._sets.append(one)

    def _take(self, inputs: Sequence[NDArray[Any]]) -> OutputSet | None:
        """
        Return a set that nobody refers to; ``None`` when too many are in use.

        One that is bound to the inputs comes first: each thread has inputs of its own.
        """
        other: OutputSet | None = None
        for _ in range(len(self._sets)):
            try:
                one = self._sets.pop()
            except IndexError:  # another thread was faster
                break
            if one.unused():
                if one.is_bound(inputs):
                    if other is not None:
                        self._sets.append(other)
                    return one
                if other is None:
                    other = one
                    continue
            self._sets.appendleft(one)
        if other is not None:
            return other
        if self._made >= MOST_SETS:
            return None
        self._made += 1
        return OutputSet(self._session, self._outputs)


class OutputSet:
    """
    Arrays for all outputs of a session, and what binds it to them.

    Only one thread uses a set at a time.
    """

    def __init__(self, session: Any, outputs: Sequence[TensorInfo]) -> None:
        self.binding = session.io_binding()
        self._bound: list[ref[NDArray[Any]] | None] = [None] * len(session.get_inputs())
        self.arrays = tuple(aligned(info) for info in outputs)
        for info, array in zip(outputs, self.arrays):
            self.binding.bind_output(
                info.name, 'cpu', 0, array.dtype.type, array.shape, array.ctypes.data
            )
        # numpy lets a view of a view refer to the memory's owner, not to the view between them
        self._watched = (*self.arrays, *(array.base for array in self.arrays))
        del array  # or it is counted
        self._idle = self._references()

    def _references(self) -> tuple[int, ...]:
        return tuple(map(getrefcount, self._watched))

    def unused(self) -> bool:
        """Whether nobody else refers to any of the arrays."""
        return self._references() == self._idle

    def is_bound(self, inputs: Sequence[NDArray[Any]]) -> bool:
        """Whether the first input is bound already."""
        first = self._bound[0] if self._bound else None
        return first is not None and bool(inputs) and first() is inputs[0]

    def bind(self, inputs: Sequence[NDArray[Any]], types: Sequence[_Input]) -> bool:
        """Bind the inputs that are not bound yet; return whether all have their type and size."""
        for index, array in enumerate(inputs):
            last = self._bound[index]
            # weak: the set of another segment that the array belongs to must count as unused; and
            # an address is believed only while the array that had it lives
            if last is None or last() is not array:
                name, shape, dtype = types[index]
                if array.shape != shape or array.dtype != dtype or not array.flags.c_contiguous:
                    return False
                self.binding.bind_input(name, 'cpu', 0, dtype.type, shape, array.ctypes.data)
                self._bound[index] = ref(array)
        return True


def aligned(info: TensorInfo) -> NDArray[Any]:
    """Return an array of a fixed size with any content, a view of the memory that it is in."""
    dtype = np.dtype(info.dtype)
    nbytes = math.prod(size for size in info.shape if size is not None) * dtype.itemsize
    memory = np.empty(nbytes + _ALIGNED, np.uint8)
    first = -memory.ctypes.data % _ALIGNED
    shape = tuple(size for size in info.shape if size is not None)
    array: NDArray[Any] = memory[first : first + nbytes].view(dtype).reshape(shape)
    return array
