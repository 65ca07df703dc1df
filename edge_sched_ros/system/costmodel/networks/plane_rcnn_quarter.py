# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
PlaneRCNN at a quarter of its size, plane detection (XRBench PD), on 160x160x3 images.

Follows the published backbone, ResNet-101 with a feature pyramid of 256 channels. Approximation:
the plane heads, on 16 regions (XRBench counts one, and some layers as if on 1024), and the
refinement network at 48x64.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.blocks import resnet
from edge_sched_ros.system.costmodel.networks.builder import Net

_REGIONS = 16


def plane_rcnn_quarter() -> tuple[Layer, ...]:
    """Return PlaneRCNN's layers."""
    net = Net(3, 160, 160).section('stem').conv(64, 7, 2).pool()
    resnet(net, (3, 4, 23, 3), deep=True)
    levels = ((2048, 5), (1024, 10), (512, 20), (256, 40))
    net.section('pyramid')
    for c, size in levels:
        net.at(c, size, size).conv(256).conv(256, 3)
    net.section('proposals')
    for size in (3, 5, 10, 20, 40):
        net.at(256, size, size).conv(512, 3).conv(6).at(512).conv(12)
    net.section('depth')
    for _, size in levels:
        net.at(256, size, size).conv(128, 3)
    net.at(256, 40, 40).conv(64, 3).conv(1, 3)
    # four by four values of each region
    net.section('classes').at(320 * 16, _REGIONS, 1).fc(1024).fc(1024).fc(8 + 32 + 24)
    net.section('masks').at(256, 4 * _REGIONS, 4)
    for _ in range(4):
        net.conv(256, 3)
    net.up().conv(256, 2).conv(8)
    net.section('refinement').at(10, 48, 64).conv(32, 3).at(64).conv(64, 3, 2).conv(64, 3)
    net.conv(128, 3, 2).conv(128, 3).conv(64, 4).up().at(128).conv(32, 4)
    return net.up().at(64).conv(16, 3).conv(1, 3).layers()
