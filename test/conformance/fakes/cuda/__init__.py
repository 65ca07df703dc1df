# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stands in for cuda.core and cuda.bindings, on the memory and streams of the one for pycuda."""
