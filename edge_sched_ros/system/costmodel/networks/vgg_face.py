# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
VGG-Face, face verification (DREAM), on 224x224x3 images.

Follows the published network: VGG-16 with 2622 identities.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.blocks import vgg16_trunk
from edge_sched_ros.system.costmodel.networks.builder import Net


def vgg_face() -> tuple[Layer, ...]:
    """Return VGG-Face's layers."""
    net = vgg16_trunk(Net(3, 224, 224))
    return net.section('head').flatten().fc(4096).fc(4096).fc(2622).layers()
