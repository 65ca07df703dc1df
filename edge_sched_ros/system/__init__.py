# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The description of a robot: devices, networks, costs, tasks; read by all analysis tools."""
