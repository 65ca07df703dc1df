# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A program of one's own, as small as can be."""

from __future__ import annotations


class Plain:
    """Takes any message."""

    stages = ('take',)
    stateful = False
    output = 'none'

    def run(self, stage, context):
        """Do nothing."""
        return 0

    def reset(self):
        """Have no memory."""

    def close(self):
        """Hold nothing."""
