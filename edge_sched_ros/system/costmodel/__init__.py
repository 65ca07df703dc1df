# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An analytic cost model of network layers on accelerator arrays, and tables of networks."""
