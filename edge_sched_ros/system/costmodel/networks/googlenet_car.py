# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
GoogLeNet-car, car classification (DREAM), on 224x224x3 images.

Follows the published GoogLeNet without its auxiliary classifiers, and the 431 models of CompCars.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.blocks import inception
from edge_sched_ros.system.costmodel.networks.builder import Net

# 1x1; 3x3 before and in; 5x5 before and in; pooled. 'pool' halves the size.
_BLOCKS = (
    (64, (96, 128), (16, 32), 32),
    (128, (128, 192), (32, 96), 64),
    'pool',
    (192, (96, 208), (16, 48), 64),
    (160, (112, 224), (24, 64), 64),
    (128, (128, 256), (24, 64), 64),
    (112, (144, 288), (32, 64), 64),
    (256, (160, 320), (32, 128), 128),
    'pool',
    (256, (160, 320), (32, 128), 128),
    (384, (192, 384), (48, 128), 128),
)


def googlenet_car() -> tuple[Layer, ...]:
    """Return GoogLeNet's layers."""
    net = Net(3, 224, 224).section('stem').conv(64, 7, 2).pool().conv(64).conv(192, 3).pool()
    number = 0
    for block in _BLOCKS:
        if isinstance(block, str):
            net.pool()
            continue
        number += 1
        inception(net.section(f'inception{number}'), *block)
    return net.section('head').squeeze().fc(431).layers()
