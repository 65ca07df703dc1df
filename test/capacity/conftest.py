# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The benchmarks are not installed: they are found from the checkout's root, last on the path."""

from __future__ import annotations

import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[2])
if _ROOT not in sys.path:
    # last: first it would shadow the installed package, which has the generated messages
    sys.path.append(_ROOT)
