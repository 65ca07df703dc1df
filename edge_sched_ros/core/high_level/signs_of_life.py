# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When devices say that they live, and when they count as lost: alike on a robot and simulated."""

from __future__ import annotations

#: between two signs of life of a device, and between two of a coordinator
SIGN_NS = 100_000_000
#: a device that was silent for so long counts as lost, where nobody says otherwise
LOST_AFTER_NS = 400_000_000
#: reason of a device that was silent for too long: it died, hung, or was cut off
SILENT = 'silent'
