# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Emformer with 24 layers, speech recognition (XRBench ASR), on 128 steps of 512 features.

Follows XRBench's layers: width 512, feed-forward width 2048. Approximation: attention of eight
heads over the 128 steps (XRBench leaves it out, and the memory of earlier segments is too).
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.builder import Net

_STEPS = 128


def emformer() -> tuple[Layer, ...]:
    """Return Emformer's layers."""
    net = Net(512, _STEPS, 1)
    for index in range(24):
        net.section(f'layer{index + 1}').at(512, _STEPS, 1).fc(512).at(512).fc(1024)
        net.attention(_STEPS, _STEPS, heads=8, head_dim=64).fc(512).fc(2048).fc(512)
    return net.layers()
