# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
HandPoseNet, hand pose (DREAM), on 128x128x3 crops.

Approximation: DREAM's network is not known to us; this is PoseNet of Zimmermann and Brox (2017),
score maps of 21 joints in three stages, on crops of half its 256x256.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.builder import Net


def handposenet() -> tuple[Layer, ...]:
    """Return the hand pose network's layers."""
    net = Net(3, 128, 128).section('features')
    for k, count in ((64, 2), (128, 2), (256, 4)):
        for _ in range(count):
            net.conv(k, 3)
        net.pool()
    for k in (512, 512, 256, 256, 256, 256, 128):
        net.conv(k, 3)
    net.section('stage1').conv(512).conv(21)
    for index in range(2):
        net.section(f'stage{index + 2}').at(128 + 21)
        for _ in range(5):
            net.conv(128, 7)
        net.conv(128).conv(21)
    return net.layers()
