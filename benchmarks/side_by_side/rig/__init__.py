# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What stands around a contender: cameras before it, an observer behind it."""
