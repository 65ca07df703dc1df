# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Kubernetes: the capacity models as a scheduler extender, and units as resources of nodes.

The API server is reached through the client library ``kubernetes`` (extra ``[kubernetes]``), which
only ``api`` and ``connection`` import. Allocations, replies and rules of migration use neither
network nor clock.
"""
