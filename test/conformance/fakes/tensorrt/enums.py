# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""TensorRT's enumerations, as far as they are used; what a release lacks is not there."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np

_COMMON_FLAGS = ['GPU_FALLBACK', 'DIRECT_IO', 'SPARSE_WEIGHTS', 'TF32', 'VERSION_COMPATIBLE']
#: by release: flags of the builder beyond the common ones, flags for new networks
_FLAGS = {
    '8.6': (['FP16', 'INT8'], {'EXPLICIT_BATCH': 0, 'EXPLICIT_PRECISION': 1}),
    '10.3': (['FP16', 'INT8', 'BF16'], {'EXPLICIT_BATCH': 0, 'STRONGLY_TYPED': 1}),
    '11.0': ([], {'STRONGLY_TYPED': 0}),
}


def flags(flavour: str) -> tuple[Any, Any]:
    """Return BuilderFlag and NetworkDefinitionCreationFlag of a release."""
    builder, network = _FLAGS[flavour]
    return (
        IntEnum('BuilderFlag', [*builder, *_COMMON_FLAGS], start=0),
        IntEnum('NetworkDefinitionCreationFlag', network),
    )


class DeviceType(IntEnum):
    GPU = 0
    DLA = 1


class LayerType(IntEnum):
    CONVOLUTION = 0
    ACTIVATION = 1
    MATRIX_MULTIPLY = 2
    ELEMENTWISE = 3
    CONSTANT = 4
    QUANTIZE = 5
    DEQUANTIZE = 6
    SHUFFLE = 7
    OTHER = 8


class ProfilingVerbosity(IntEnum):
    LAYER_NAMES_ONLY = 0
    NONE = 1
    DETAILED = 2


class LayerInformationFormat(IntEnum):
    ONELINE = 0
    JSON = 1


class TensorIOMode(IntEnum):
    NONE = 0
    INPUT = 1
    OUTPUT = 2


class TensorLocation(IntEnum):
    DEVICE = 0
    HOST = 1


class DataType(IntEnum):
    FLOAT = 0
    HALF = 1
    INT8 = 2
    INT32 = 3
    BF16 = 4


NUMPY = {
    DataType.FLOAT: np.float32,
    DataType.HALF: np.float16,
    DataType.INT8: np.int8,
    DataType.INT32: np.int32,
}


def nptype(kind: DataType) -> Any:
    if kind not in NUMPY:
        raise TypeError('Could not resolve TensorRT datatype to an equivalent numpy datatype.')
    return NUMPY[kind]
