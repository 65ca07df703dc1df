# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""NVIDIA VPI: operations on pictures by VIC, PVA, OFA and GPU."""
