# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Health: diagnostics, rates, the state of the machine, rejected messages."""
