# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Random numbers that belong to a thing: the same for every policy, whatever it decides."""

from __future__ import annotations

import zlib
from statistics import NormalDist

_MASK = (1 << 64) - 1
_NORMAL = NormalDist()


def key_of(text: str) -> int:
    """Return a number for a name, the same in every process."""
    return zlib.crc32(text.encode())


def mix(*key: int, state: int = 0) -> int:
    """
    Return a number of 64 bits for a key, the same every time.

    Mixes with the finaliser of splitmix64 (Steele, Lea and Flood, OOPSLA 2014).

    :param state: what this gave for the parts of the key before these
    """
    for part in key:
        state = (state + part + 0x9E3779B97F4A7C15) & _MASK
        state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & _MASK
        state ^= state >> 31
    return state


def uniform(*key: int, state: int = 0) -> float:
    """
    Return a number in (0, 1) for a key, the same every time.

    :param state: what :func:`mix` gave for the parts of the key before these
    """
    return ((mix(*key, state=state) >> 11) + 0.5) / (1 << 53)


def normal(*key: int, state: int = 0) -> float:
    """Return a standard normal number for a key, as :func:`uniform` takes it."""
    return _NORMAL.inv_cdf(uniform(*key, state=state))
