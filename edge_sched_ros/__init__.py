# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs several networks on one robot computer, every deadline accounted for."""

__version__ = '0.1.0'
