# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes the pictures of the pages by the commands that the pages show: ``make docs-pictures``."""
