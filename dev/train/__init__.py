# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Trains the bundled networks on the scene renderer. Needs PyTorch; the product does not."""
