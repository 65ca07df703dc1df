# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A real Kubernetes control plane on loopback, with nodes that are only said to be there."""
