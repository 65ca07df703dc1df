# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
RITNet, eye segmentation (XRBench ES), on 160x100x1 images (a quarter of OpenEDS' 640x400).

Follows the published network: five dense down blocks and four up blocks of 32 channels, and
four classes. XRBench takes every input to have 32 channels; here concatenations are counted.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.builder import Net

_SIZES = 4


def ritnet() -> tuple[Layer, ...]:
    """Return RITNet's layers."""
    net = Net(1, 160, 100)
    sizes = []
    for index in range(_SIZES + 1):
        net.section(f'down{index + 1}')
        if index:
            sizes.append((net.y, net.x))
            net.pool()
        c = net.c
        net.conv(32, 3).at(c + 32).conv(32).conv(32, 3).at(c + 64).conv(32).conv(32, 3)
    for index, (y, x) in enumerate(reversed(sizes)):
        net.section(f'up{index + 1}').at(64, y, x)
        net.conv(32).conv(32, 3).at(96).conv(32).conv(32, 3)
    return net.section('head').conv(4).layers()
