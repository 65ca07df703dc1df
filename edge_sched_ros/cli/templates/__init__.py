# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Texts of packages that ``edge-sched new`` writes, one module for each kind.

``$name`` stands for the name of the package, ``$cls`` for that of its class. The texts are
the user's from then on, so they name no copyright.
"""
