# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Synthetic camera streams with exact boxes, identities and depth."""
