# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors that cross a cut of a network: type, shape and size."""

from __future__ import annotations

import math
from typing import Annotated
from typing import Literal

from pydantic import Field

from edge_sched_ros.system.fields import Strict

#: bytes per element of the tensor types of ONNX, by numpy's names
DTYPE_BYTES = {
    'float32': 4,
    'float16': 2,
    'bfloat16': 2,
    'float64': 8,
    'uint8': 1,
    'int8': 1,
    'uint16': 2,
    'int16': 2,
    'uint32': 4,
    'int32': 4,
    'uint64': 8,
    'int64': 8,
    'bool': 1,
    'complex64': 8,
    'complex128': 16,
}
Dtype = Literal[
    'float32', 'float16', 'bfloat16', 'float64', 'uint8', 'int8', 'uint16', 'int16', 'uint32',
    'int32', 'uint64', 'int64', 'bool', 'complex64', 'complex128',
]  # fmt: skip
_Dimension = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]


class TensorSpec(Strict):
    """A tensor between stages, or one that a network takes or gives."""

    dtype: Dtype = Field(description="Type of an element, by numpy's name.")
    shape: tuple[_Dimension, ...] = Field(description='Dimensions; ``[]`` for a single element.')

    @property
    def nbytes(self) -> int:
        """Return the size of its data, in bytes."""
        return math.prod(self.shape) * DTYPE_BYTES[self.dtype]
