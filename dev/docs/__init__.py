# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes the sources of the site: the pages of the checkout in order, and the reference."""
