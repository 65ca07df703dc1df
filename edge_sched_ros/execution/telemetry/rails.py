# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The power rail of each kind of unit."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

#: part of a rail's label -> kinds it feeds. NVIDIA names rails by their consumers (CV is computer
#: vision: DLA and PVA); that SOC feeds VIC and OFA is inferred.
_FEEDS = {
    'CPU': ('cpu',),
    'GPU': ('gpu',),
    'CV': ('dla', 'pva'),
    'SOC': ('vic', 'ofa'),
}


@lru_cache(maxsize=256)
def kinds_fed(label: str) -> tuple[str, ...]:
    """
    Return the kinds of unit a rail feeds, by its label.

    ``VDD_CPU_CV`` (AGX Orin) feeds CPU, DLA and PVA; ``VDD_CPU_GPU_CV`` (Orin NX, Nano) the GPU
    as well. No module measures a DLA alone.
    """
    parts = label.upper().split('_')
    return tuple(kind for part, kinds in _FEEDS.items() if part in parts for kind in kinds)


def rail_of(kind: str, labels: Iterable[str]) -> str:
    """Return the rail that feeds a kind and the fewest others; empty when none is known."""
    feeding = [label for label in labels if kind in kinds_fed(label)]
    return min(feeding, key=lambda label: len(kinds_fed(label)), default='')
