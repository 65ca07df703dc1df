# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What users run today: nodes without a scheduler, with this package's own networks' code."""
