# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Whether drivers of accelerators are present, by files that are cheap to check.

They show that a new probe may give another result, never that a unit can be used.
"""

from __future__ import annotations

from pathlib import Path

#: file -> kind of unit whose driver creates it (L4T 32 to 39, and NVIDIA's driver on PCs)
_FILES = {
    'dev/nvidia[0-9]*': 'gpu',
    'dev/nvhost-ctrl-gpu': 'gpu',
    'dev/nvgpu/igpu*': 'gpu',
    'dev/nvhost-ctrl-nvdla*': 'dla',
    'dev/nvhost-ctrl-pva*': 'pva',
    'dev/nvhost-vic': 'vic',
}


def read_signs(root: Path = Path('/')) -> frozenset[str]:
    """Return the kinds of units with a driver present; inferred from the names of files."""
    return frozenset(kind for file, kind in _FILES.items() if any(root.glob(file)))
