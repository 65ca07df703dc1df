# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Depth from one image with its focal length (He et al. 2018; DREAM), on 224x224x3 images.

Approximation: the exact layers are not known to us; this is VGG-16's trunk, two fully connected
layers that take in the focal length, and four up-convolutions to 112x112.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.blocks import vgg16_trunk
from edge_sched_ros.system.costmodel.networks.builder import Net


def focal_length_depth() -> tuple[Layer, ...]:
    """Return the depth network's layers."""
    net = vgg16_trunk(Net(3, 224, 224))
    net.section('focal').flatten().fc(1024).at(1024 + 64).fc(128 * 7 * 7).at(512 + 128, 7, 7)
    net.section('decoder')
    for k in (256, 128, 64, 32):
        net.up().conv(k, 5).conv(k, 3)
    return net.section('head').conv(1, 3).layers()
