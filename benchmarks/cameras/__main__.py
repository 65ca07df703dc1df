# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs the benchmark: ``dev/env.sh python benchmarks/cameras``."""

from __future__ import annotations

import sys
from pathlib import Path

# last: first, the checkout's root would shadow the installed package
sys.path[0:1] = []
sys.path.append(str(Path(__file__).resolve().parents[2]))

from benchmarks.cameras.main import main  # noqa: E402

if __name__ == '__main__':
    main()
