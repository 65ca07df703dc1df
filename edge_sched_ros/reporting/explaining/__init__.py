# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Why jobs of a recorded run ended as they did, in words."""
