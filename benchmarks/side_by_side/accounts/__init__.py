# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What processes and the machine cost: CPU time, memory, energy."""
