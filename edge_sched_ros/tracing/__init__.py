# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Traces: what a run was told and decided, as a file that the node and the simulator write."""
