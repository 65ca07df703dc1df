# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Preprocessors, one per file: a module with a ``PREPROCESSOR`` is one."""
