# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The clairvoyant bound: the fewest possible misses in a window, and the excess of policies."""
