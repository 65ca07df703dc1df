# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
ED-TCN, action segmentation (XRBench AS, DREAM), on 644 steps of 128 features.

Follows XRBench's layers: an encoder of 64 and 96 and a decoder of 96 and 64 filters of length 25,
pooled by two between, and no classifier.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.builder import Net


def ed_tcn() -> tuple[Layer, ...]:
    """Return ED-TCN's layers; time is the height."""
    net = Net(128, 644, 1).section('encoder').conv(64, 25, s=1)
    net.at(y=322).conv(96, 25, s=1)
    net.section('decoder').conv(96, 25, s=1)
    return net.at(y=644).conv(64, 25, s=1).layers()
