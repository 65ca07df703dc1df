# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The high-level dispatcher: partitions of networks over devices."""
