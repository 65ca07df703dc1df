# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the demo: ``dev/env.sh python benchmarks/overload_demo``, or ``make demo-overload``."""

from __future__ import annotations

import sys
from pathlib import Path

# last: first, the checkout's root would shadow the installed package
sys.path[0:1] = []
sys.path.append(str(Path(__file__).resolve().parents[2]))

from benchmarks.overload_demo.main import main  # noqa: E402

if __name__ == '__main__':
    main()
