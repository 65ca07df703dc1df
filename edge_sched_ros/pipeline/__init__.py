# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Everything of one device without ROS: frames in, results out. Used by node and ``replay``."""
