# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoders, one per file: a module with a ``DECODER`` is one, named like its module."""
