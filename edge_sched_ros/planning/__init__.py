# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Planning before the run: optimal plans and Pareto fronts of allocations.

A *plan* assigns every layer group of several networks to a unit, found by CP-SAT. A *front* has
the allocations of one network that no other beats in both latency and memory.
"""
