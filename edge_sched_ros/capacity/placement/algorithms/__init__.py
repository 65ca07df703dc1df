# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Online placement, one algorithm per file; each takes applications one at a time."""
