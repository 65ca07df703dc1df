# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What each node may do in a ROS graph with security (SROS 2)."""
