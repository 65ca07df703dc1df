# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Operations, one per file: which backend can do it with what, and how it is handed over."""
