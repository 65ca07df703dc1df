# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is known of a tensor before it is there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """
    Name, shape and type of an input or output.

    :param shape: ``None`` for a dimension that may vary
    :param dtype: as numpy names it
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str

    def fits(self, other: TensorInfo) -> bool:
        """Whether another one can be the same, where both are known."""
        return (
            self.dtype == other.dtype
            and len(self.shape) == len(other.shape)
            and all(a == b or None in (a, b) for a, b in zip(self.shape, other.shape))
        )

    def __str__(self) -> str:
        """Return it for people."""
        sizes = ', '.join('?' if size is None else str(size) for size in self.shape)
        return f'{self.name} {self.dtype} [{sizes}]'
