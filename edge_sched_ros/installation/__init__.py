# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What this package is installed with: libraries it needs, and itself in other processes."""
