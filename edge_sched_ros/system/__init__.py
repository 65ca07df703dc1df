# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A robot described once: devices, networks, costs, tasks; every analyst reads this."""
