# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demo of an overloaded machine: one node per network, then the scheduler."""
