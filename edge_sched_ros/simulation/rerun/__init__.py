# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recorded runs again in virtual time, with one thing changed."""
