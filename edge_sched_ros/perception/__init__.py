# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The meaning of networks' tensors: decoders, tracker, depth, and the programs of tasks."""
