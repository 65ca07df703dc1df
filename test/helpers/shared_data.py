# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Real networks and videos made by others; tests that want them skip where they are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared_file(name: str) -> Path:
    """Return a file of the shared data, or skip the test."""
    checkout = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get('EDGE_SCHED_DATA') or checkout.parent / 'shared' / 'data')
    file = folder / name
    if not file.exists():
        pytest.skip(f'{name} is not in {folder} (set EDGE_SCHED_DATA to its folder)')
    return file
