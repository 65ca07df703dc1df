# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files of users: read strictly, errors in one line, keys as tables for the documentation."""
