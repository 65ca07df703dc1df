# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
SkipNet on ResNet-74, context understanding (DREAM), on 32x32x3 images.

Follows the published network for CIFAR with recurrent gates: three stages of twelve blocks.
Approximation: which SkipNet DREAM takes is not known to us. Blocks are sections ``block1`` to
``block36``, each but the first of a stage skippable; a gate is the section before its block.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.blocks import basic_block
from edge_sched_ros.system.costmodel.networks.builder import Net

_BLOCKS = 12


def skipnet() -> tuple[Layer, ...]:
    """Return SkipNet's layers with no block skipped."""
    net = Net(3, 32, 32).section('stem').conv(16, 3)
    for stage in range(3):
        for index in range(_BLOCKS):
            number = stage * _BLOCKS + index + 1
            if index:
                c, y, x = net.c, net.y, net.x
                net.section(f'gate{number}').squeeze().fc(10)
                # an LSTM of 10 on that and its own last output
                net.at(20).fc(40).at(10).fc(1).at(c, y, x)
            net.section(f'block{number}')
            basic_block(net, 16 << stage, 2 if stage and not index else 1)
    return net.section('head').squeeze().fc(10).layers()
