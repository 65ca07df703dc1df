# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The compiled data path, where it was built: loading it, or saying why it is not used."""
