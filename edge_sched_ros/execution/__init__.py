# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Drives the core in real time: units, engines, preprocessors, threads."""
