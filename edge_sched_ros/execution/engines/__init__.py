# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Inference engines, one per file: a module with an ``ENGINE`` is one."""
