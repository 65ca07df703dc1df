# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
FBNet-C, gaze estimation (XRBench GE, DREAM), on 160x100x3 images (224x224x3 as published).

Follows the published network, classifier of 1000 included. Approximation: a gaze estimator
ends in fewer outputs. XRBench declares the depthwise convolutions as plain ones.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.blocks import inverted_residual
from edge_sched_ros.system.costmodel.networks.builder import Net

# output channels, expansion, filter, stride
_BLOCKS = (
    *((16, 1, 3, 1), (24, 6, 3, 2), (24, 1, 3, 1), (24, 1, 3, 1)),
    *((32, 6, 5, 2), (32, 3, 5, 1), (32, 6, 5, 1), (32, 6, 3, 1)),
    *((64, 6, 5, 2), (64, 3, 5, 1), (64, 6, 5, 1), (64, 6, 5, 1)),
    *((112, 6, 5, 1), (112, 6, 5, 1), (112, 6, 5, 1), (112, 3, 5, 1)),
    *((184, 6, 5, 2), (184, 6, 5, 1), (184, 6, 5, 1), (184, 6, 5, 1)),
    (352, 6, 3, 1),
)


def fbnet_c(height: int = 160, width: int = 100) -> tuple[Layer, ...]:
    """Return FBNet-C's layers for images of a size in pixels."""
    net = Net(3, height, width).section('stem').conv(16, 3, 2)
    for index, (k, expansion, r, stride) in enumerate(_BLOCKS):
        net.section(f'block{index + 1}')
        inverted_residual(net, k, net.c * expansion, r, stride, expand=expansion > 1)
    return net.section('head').conv(1984).squeeze().fc(1000).layers()
