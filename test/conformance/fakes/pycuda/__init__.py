# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stands in for pycuda, strictly: what would be undefined on a device is an error here."""

VERSION_TEXT = '2024.1'
