# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Enumerations, and what this flavour has."""

import enum
import os

VERSION_TEXT = os.environ.get('FAKE_VPI_VERSION', '3.2.4')
VERSION = tuple(int(part) for part in VERSION_TEXT.split('.')[:2])
_HERE = os.environ.get('FAKE_VPI_BACKENDS', 'CPU,CUDA,PVA,VIC,OFA').split(',')
_BITS = {'CPU': 1, 'CUDA': 2, 'PVA': 4, 'VIC': 8, 'OFA': 64}


class Backend(enum.IntFlag):
    """Backends as bits; ``AVAILABLE`` holds those of this machine."""

    DEFAULT = 0
    CPU = 1
    CUDA = 2
    PVA = 4
    VIC = 8
    OFA = 64
    AVAILABLE = sum(_BITS[name] for name in _HERE)


def names_of(backend):
    """Return the names of the backends in a mask."""
    return [name for name, bit in _BITS.items() if int(backend) & bit]


class Format(enum.Enum):
    """The formats anybody here uses, and some."""

    U8 = 1
    S8 = 2
    U16 = 3
    S16 = 4
    F32 = 5
    Y8_ER = 6
    Y8_ER_BL = 7
    S16_BL = 8
    NV12_ER = 9
    RGB8 = 10
    BGR8 = 11
    RGBA8 = 12
    BGRA8 = 13
    _2S16_BL = 14


class Interp(enum.Enum):
    NEAREST = 0
    LINEAR = 1
    CATMULL_ROM = 2


class Border(enum.Enum):
    ZERO = 0
    CLAMP = 1
    MIRROR = 2
    REFLECT = 3


class Conversion(enum.Enum):
    CLAMP = 0
    CAST = 1


class OptFlowQuality(enum.Enum):
    LOW = 0
    MEDIUM = 1
    HIGH = 2


class TNRVersion(enum.Enum):
    DEFAULT = 0
    V1 = 1
    V2 = 2
    V3 = 3


class TNRPreset(enum.Enum):
    DEFAULT = 0
    OUTDOOR_LOW_LIGHT = 1
    INDOOR_MEDIUM_LIGHT = 5


def fail(status, text):
    """Raise what the C++ layer's message looks like."""
    raise RuntimeError(f'VPI_ERROR_{status}: {text}')
