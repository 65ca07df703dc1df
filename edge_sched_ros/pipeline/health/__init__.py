# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How it is: diagnostics, rates, the machine, what was rejected."""
