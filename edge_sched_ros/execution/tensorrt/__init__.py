# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""TensorRT: building, keeping and running engines; nothing here imports it at the top."""
