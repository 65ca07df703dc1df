# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
SSD with MobileNetV2, object, hand or face detection (DREAM), on 300x300x3 images.

Follows the published detector of TensorFlow's model zoo: plain (not separable) 3x3 predictors on
six feature maps, 91 classes. Approximation: a hand or face detector has fewer classes, and
DREAM's input size is not known to us.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.blocks import inverted_residual
from edge_sched_ros.system.costmodel.networks.builder import Net

# repeats, output channels, expansion, stride
_STAGES = (
    *((1, 16, 1, 1), (2, 24, 6, 2), (3, 32, 6, 2), (4, 64, 6, 2)),
    *((3, 96, 6, 1), (3, 160, 6, 2), (1, 320, 6, 1)),
)
# of the 1x1 and of the 3x3 convolution of each further feature map
_EXTRA = ((256, 512), (128, 256), (128, 256), (64, 128))
_OUTPUTS = 91 + 4


def ssd_mobilenet_v2() -> tuple[Layer, ...]:
    """Return the detector's layers; sections that begin with ``backbone`` are MobileNetV2's."""
    net = Net(3, 300, 300).section('backbone').conv(32, 3, 2)
    maps = []
    for number, (repeats, k, expansion, stride) in enumerate(_STAGES):
        net.section(f'backbone{number + 1}')
        for index in range(repeats):
            step = 1 if index else stride
            if number == 5 and not index:
                maps.append((net.c * expansion, net.y, net.x))
            inverted_residual(net, k, net.c * expansion, 3, step, expand=expansion > 1)
    net.section('backbone').conv(1280)
    maps.append((net.c, net.y, net.x))
    net.section('extra')
    for mid, k in _EXTRA:
        net.conv(mid).conv(k, 3, 2)
        maps.append((net.c, net.y, net.x))
    net.section('predict')
    for index, (c, y, x) in enumerate(maps):
        net.at(c, y, x).conv((6 if index else 3) * _OUTPUTS, 3)
    return net.layers()
