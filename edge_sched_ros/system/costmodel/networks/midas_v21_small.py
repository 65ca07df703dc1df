# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
MiDaS v2.1 small, depth estimation (XRBench DE), on 192x256x3 images.

Follows the published network: EfficientNet-Lite3 and the four fusion stages of its decoder.
XRBench declares the depthwise convolutions as plain ones.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.blocks import inverted_residual
from edge_sched_ros.system.costmodel.networks.builder import Net

# repeats, output channels, expansion, filter, stride
_STAGES = (
    *((1, 24, 1, 3, 1), (3, 32, 6, 3, 2), (3, 48, 6, 5, 2)),
    *((5, 96, 6, 3, 2), (5, 136, 6, 5, 1), (6, 232, 6, 5, 2), (1, 384, 6, 3, 1)),
)
_KEPT = {1: 64, 2: 128, 4: 256, 6: 512}
"""After which stages the decoder takes features, and how many channels it makes of them."""


def midas_v21_small() -> tuple[Layer, ...]:
    """Return MiDaS small's layers."""
    net = Net(3, 192, 256).section('stem').conv(32, 3, 2)
    kept = []
    for number, (repeats, k, expansion, r, stride) in enumerate(_STAGES):
        net.section(f'stage{number + 1}')
        for index in range(repeats):
            step = 1 if index else stride
            inverted_residual(net, k, net.c * expansion, r, step, expand=expansion > 1)
        if number in _KEPT:
            kept.append((net.c, net.y, net.x, _KEPT[number]))
    for c, y, x, k in kept:
        net.section('adapt').at(c, y, x).conv(k, 3)
    for index, (_, y, x, k) in enumerate(reversed(kept)):
        net.section(f'fusion{4 - index}').at(k, y, x)
        for _ in range(4 if index else 2):
            net.conv(k, 3)
        net.up().conv(max(64, k // 2))
    return net.section('head').conv(32, 3).up().conv(32, 3).conv(1).layers()
