# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The networks without ROS and without a scheduler: the physical limit of the machine."""
