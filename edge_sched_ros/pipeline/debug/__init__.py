# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures for people: what a task saw, what it answered, and how late."""
