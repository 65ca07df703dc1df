# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The installation of this package: required libraries, and its modules in other processes."""
