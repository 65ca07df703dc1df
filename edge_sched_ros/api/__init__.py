# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Functions of the public interface: ``import edge_sched_ros as es``."""
