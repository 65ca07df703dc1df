# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Execution providers of ONNX Runtime beside its own for CPUs."""
