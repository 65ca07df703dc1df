# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""High-level policies, one file each. Adding one is one file here and one test."""
