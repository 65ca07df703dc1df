# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Temperatures, power, clocks and throttling, read from the kernel without root or a service."""
