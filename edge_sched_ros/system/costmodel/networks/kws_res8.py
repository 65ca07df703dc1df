# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
KWS-res8 and its narrow variant, keyword detection (DREAM; XRBench KD), on 98x40x1 features.

Follows the published network: a 3x3 convolution, an average pool of 4x3, six 3x3 convolutions
and a classifier of 12; 45 feature maps, 19 if narrow.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.builder import Net


def kws_res8() -> tuple[Layer, ...]:
    """Return the layers of res8."""
    return _res8(45)


def kws_res8_narrow() -> tuple[Layer, ...]:
    """Return the layers of res8-narrow."""
    return _res8(19)


def _res8(maps: int) -> tuple[Layer, ...]:
    net = Net(1, 98, 40).section('stem').conv(maps, 3).at(y=24, x=13)
    for index in range(3):
        net.section(f'block{index + 1}').conv(maps, 3).conv(maps, 3)
    return net.section('head').squeeze().fc(12).layers()
