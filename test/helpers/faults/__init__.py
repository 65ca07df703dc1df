# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The campaign of faults: scripted, seeded faults in running robots, and what became of them."""
