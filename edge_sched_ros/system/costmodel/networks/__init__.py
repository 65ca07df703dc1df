# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The networks of XRBench's and DREAM-like scenarios, a file each.

A file's docstring says what its table follows and where it guesses ("approximation"). Input
sizes of XRBench's networks are those of its scenario files (XRBench/XRBench-MLSys2023, commit
8915666). XRBench declares every layer as a plain convolution of stride 1 at the size of its
input; these tables have depthwise layers and strides where the networks have them, so the
mobile ones compute much less than XRBench's do.
"""
