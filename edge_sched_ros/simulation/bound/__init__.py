# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The clairvoyant bound: the fewest jobs anyone could miss in a window, and who misses more."""
