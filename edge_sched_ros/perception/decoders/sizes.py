# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Sizes of a network's outputs, which may be others than its file declares."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence

from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.values import InvalidOutputError

Shape = tuple[int, ...]
DeclaredShape = tuple['int | None', ...]


class OutputSizesError(InvalidOutputError):
    """
    An output whose sizes are not those that its network has.

    :param wanted: what they should be, in words
    """

    def __init__(self, output: str, shape: DeclaredShape, wanted: str) -> None:
        super().__init__(output, f'{list(shape)}, {wanted}', 'sizes')


def check_sizes(
    declared: tuple[TensorInfo, ...],
    shapes: Sequence[Shape],
    may_vary: Callable[[DeclaredShape, int], bool],
) -> None:
    """
    Check outputs against what the network's file declares.

    :param may_vary: (declared shape, axis) -> whether the file need not tell the size
    :raises OutputSizesError: naming the output, its sizes and the declared ones
    """
    for info, shape in zip(declared, shapes):
        fits = len(shape) == len(info.shape) and all(
            size in (None, given) or may_vary(info.shape, axis)
            for axis, (size, given) in enumerate(zip(info.shape, shape))
        )
        if not fits:
            sizes = ', '.join('?' if size is None else str(size) for size in info.shape)
            raise OutputSizesError(info.name, shape, f'where the file declares [{sizes}]')


def is_rows(declared: DeclaredShape, axis: int) -> bool:
    """
    Return whether an axis of a list's output counts its objects, or pictures.

    The last one does not, but in one number for each object, for one picture or without an axis
    for pictures.
    """
    one_number = len(declared) == 1 or (len(declared) == 2 and declared[0] == 1)
    return one_number or axis != len(declared) - 1
