# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Own code that cannot be imported."""

raise SystemExit('no camera')
