# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
SOSNet, local descriptors for visual odometry (DREAM), on 32x32x1 patches.

Follows the published network (L2-Net's layers). Approximation: a frame is a batch of 32 patches,
one above the other; how many DREAM takes is not known to us.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.builder import Net

_PATCHES = 32


def sosnet() -> tuple[Layer, ...]:
    """Return SOSNet's layers."""
    net = Net(1, 32 * _PATCHES, 32).section('features')
    net.conv(32, 3).conv(32, 3).conv(64, 3, 2).conv(64, 3).conv(128, 3, 2).conv(128, 3)
    # an 8x8 convolution without padding: one vector of each patch
    return net.section('describe').at(128 * 8 * 8, _PATCHES, 1).fc(128).layers()
