# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Side by side with what users run today: ``make bench`` (``BENCH=short`` for a reduced run).

The same cameras, networks, machine and observer for every contender; see ``README.md`` here.
"""
