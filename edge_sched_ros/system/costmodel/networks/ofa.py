# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Once-for-all subnets of three sizes, context understanding (DREAM).

Approximation: subnets of the published MobileNetV3 space of our choice, as DREAM's are not known
to us: large 224x224x3, depth 4, filters 7, expansion 6; medium 192x192x3, depth 3, filters 5,
expansion 4; small 160x160x3, depth 2, filters 3, expansion 3. Width 1.0, 1000 classes.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.blocks import inverted_residual
from edge_sched_ros.system.costmodel.networks.builder import Net

# output channels, stride, squeeze-and-excite
_STAGES = ((24, 2, False), (40, 2, True), (80, 2, False), (112, 1, True), (160, 2, True))


def ofa_large() -> tuple[Layer, ...]:
    """Return the layers of the largest subnet."""
    return _subnet(224, depth=4, r=7, expansion=6)


def ofa_medium() -> tuple[Layer, ...]:
    """Return the layers of a subnet in the middle."""
    return _subnet(192, depth=3, r=5, expansion=4)


def ofa_small() -> tuple[Layer, ...]:
    """Return the layers of the smallest subnet."""
    return _subnet(160, depth=2, r=3, expansion=3)


def _subnet(size: int, *, depth: int, r: int, expansion: int) -> tuple[Layer, ...]:
    net = Net(3, size, size).section('stem').conv(16, 3, 2)
    inverted_residual(net, 16, 16, 3, expand=False)
    for number, (k, stride, squeeze) in enumerate(_STAGES):
        net.section(f'stage{number + 1}')
        for index in range(depth):
            mid = net.c * expansion
            step = 1 if index else stride
            inverted_residual(net, k, mid, r, step, squeeze=mid // 4 if squeeze else 0)
    return net.section('head').conv(960).squeeze().fc(1280).fc(1000).layers()
