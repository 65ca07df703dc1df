# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Trackers, one file each: every module with a ``TRACKER``."""
