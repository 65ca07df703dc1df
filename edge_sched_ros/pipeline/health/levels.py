# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Levels of a line of diagnostics, as in ``diagnostic_msgs/DiagnosticStatus``."""

from __future__ import annotations

OK, WARN, ERROR = 0, 1, 2
