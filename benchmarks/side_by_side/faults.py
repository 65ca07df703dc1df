# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in a benchmark: reported, never hidden."""

from __future__ import annotations

from edge_sched_ros.core.errors import EdgeSchedError


class BenchFault(EdgeSchedError):
    """A process ended, stayed silent or refused a command."""
