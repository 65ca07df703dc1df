# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What networks cost: profiles, and what was learned, as a system file."""
