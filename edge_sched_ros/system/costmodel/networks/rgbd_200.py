# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Sparse-to-dense with 200 depth samples, depth refinement (XRBench DR), on 228x912x4 images.

Follows the published network: ResNet-18 and up-projections. XRBench lists the same layers.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.blocks import resnet
from edge_sched_ros.system.costmodel.networks.builder import Net


def rgbd_200() -> tuple[Layer, ...]:
    """Return the depth refinement's layers."""
    net = Net(4, 228, 912).section('stem').conv(64, 7, 2).pool()
    resnet(net, (2, 2, 2, 2))
    net.section('decoder').conv(256)
    for _ in range(4):
        c = net.up().c
        # the two branches of an up-projection
        net.conv(c // 2, 5).conv(c // 2, 3).at(c).conv(c // 2, 5)
    return net.section('head').conv(1, 3).layers()
