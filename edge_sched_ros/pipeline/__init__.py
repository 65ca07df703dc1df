# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ROS-free whole: frames in, results out. The node and ``edge-sched replay`` both drive it."""
