# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds classes by name: built in, of installed packages, or ``package.module:Class``."""
