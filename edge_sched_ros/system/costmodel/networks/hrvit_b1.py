# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
HRViT-b1, semantic segmentation (XRBench SS), on 224x224x3 images.

Approximation: follows XRBench's layers in the stem, the blocks and the head; branches exchange
their features by a depthwise and a 1x1 convolution. XRBench declares depthwise convolutions as
plain ones and attention as 1x1 convolutions of a head's width; here it is two products, in
windows of one row or column (of the width below) for half of the channels each.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.builder import Net

_WIDTHS = (32, 64, 128, 256)
_SIZES = (56, 28, 14, 7)
_HEAD_DIMS = (16, 32, 32, 64)
_WINDOWS = (1, 2, 7, 7)
# blocks of each branch, in each module
_MODULES = ((1,), (1, 1), (1, 1, 6), (1, 1, 6), (1, 1, 6, 2), (1, 1, 2, 2))


def _block(net: Net, branch: int) -> None:
    c, size, head = _WIDTHS[branch], _SIZES[branch], _HEAD_DIMS[branch]
    net.at(c, size, size).conv(2 * c).at(c).depthwise(3)
    window = _WINDOWS[branch] * size
    heads = c // head * (size * size // window)
    net.attention(window, window, heads, head).at(c, size, size).conv(c)
    # the feed-forward part: half of the channels by 3x3, half by 5x5
    net.conv(4 * c).at(2 * c).depthwise(3).depthwise(5).at(4 * c).conv(c)


def _exchange(net: Net, sources: int, targets: int) -> None:
    for source in range(sources):
        for target in range(targets):
            net.at(_WIDTHS[source], _SIZES[source], _SIZES[source])
            if source < target:
                stride = 1 << (target - source)
                net.depthwise(stride + 1, stride)
            if source != target:
                net.conv(_WIDTHS[target])
    for target in range(targets):
        net.at(_WIDTHS[target], _SIZES[target], _SIZES[target])
        net.conv(_WIDTHS[target]).depthwise(3)


def hrvit_b1() -> tuple[Layer, ...]:
    """Return HRViT-b1's layers."""
    net = Net(3, 224, 224).section('stem').conv(32, 3, 2).conv(64, 3, 2)
    net.conv(32).depthwise(3)
    for index, blocks in enumerate(_MODULES):
        net.section(f'module{index + 1}')
        if index:
            _exchange(net, len(_MODULES[index - 1]), len(blocks))
        for branch, count in enumerate(blocks):
            for _ in range(count):
                _block(net, branch)
    net.section('head')
    for branch, (c, size) in enumerate(zip(_WIDTHS, _SIZES)):
        net.at(c, size, size).conv(c).depthwise(3).conv(4 * c).at(c).conv(4 * c)
        if branch:
            net.at(2 * c, size * 2, size * 2).conv(4 * c, 3, 2)
    return net.at(1024, 7, 7).conv(2048).squeeze().fc(1000).layers()
