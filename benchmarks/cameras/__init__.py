# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The node by number of cameras, size of pictures, step of a frame, and at its start."""
