# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Several devices over ROS 2: records as messages, ports, and what is published."""
