# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs of networks: profiles, and learned costs written as a system file."""
