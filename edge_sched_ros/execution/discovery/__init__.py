# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Discovery of this computer: module, power mode, units, versions, with the reason if absent."""
