# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
TrailNet, outdoor navigation (DREAM), on 180x320x3 images.

Approximation: a plain ResNet-18 with TrailNet's two heads of three classes; the published network
is a ResNet-18 with shifted ReLUs and without batch normalisation, the same convolutions.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.blocks import resnet
from edge_sched_ros.system.costmodel.networks.builder import Net


def trailnet() -> tuple[Layer, ...]:
    """Return TrailNet's layers."""
    net = Net(3, 180, 320).section('stem').conv(64, 7, 2).pool()
    resnet(net, (2, 2, 2, 2))
    return net.section('head').squeeze().fc(3).at(512).fc(3).layers()
