# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What can be decided before anything runs: optimal plans and fronts of allocations.

A *plan* says on which unit every layer group of several networks runs, found by CP-SAT. A *front*
holds the allocations of one network that nothing beats in both latency and memory.
"""
