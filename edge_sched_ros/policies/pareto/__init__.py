# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The policy ``pareto``: networks move along their fronts of latency and memory."""

from edge_sched_ros.policies.pareto.policy import POLICY

__all__ = ['POLICY']
