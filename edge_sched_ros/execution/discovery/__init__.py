# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What this computer is and has: module, power mode, units, versions, each absence explained."""
