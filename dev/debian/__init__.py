# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A Debian package of the ROS-free part, made from ``package.xml``."""
