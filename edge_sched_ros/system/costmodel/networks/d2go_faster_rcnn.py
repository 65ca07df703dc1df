# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
D2Go Faster R-CNN, object detection (XRBench OD), on 224x299x3 images.

Follows XRBench's layers: an FBNetV3 trunk with squeeze-and-excite at stride 16, proposals from
it, and the last stages on each region. Approximation: 16 regions (XRBench counts one; D2Go
allows up to a thousand). XRBench declares the depthwise convolutions as plain ones.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.blocks import inverted_residual
from edge_sched_ros.system.costmodel.networks.builder import Net

_REGIONS = 16

# channels, of the expansion, filter, stride, of the squeeze-and-excite
_TRUNK = (
    *((16, 16, 3, 1, 0), (16, 16, 3, 1, 0), (24, 64, 5, 2, 0)),
    *((24, 72, 5, 1, 0),) * 3,
    *((32, 96, 5, 2, 24), (32, 96, 3, 1, 24), (32, 96, 3, 1, 24), (32, 96, 3, 1, 24)),
    (64, 128, 5, 2, 0),
    *((64, 192, 3, 1, 0),) * 3,
    (112, 256, 5, 1, 64),
    *((112, 336, 5, 1, 88),) * 9,
)
_REGION = ((184, 448, 5, 2, 112), *((184, 736, 3, 1, 184),) * 4, (200, 1104, 5, 1, 280))


def _blocks(net: Net, name: str, table: tuple[tuple[int, int, int, int, int], ...]) -> None:
    for index, (k, mid, r, stride, squeeze) in enumerate(table):
        net.section(f'{name}{index + 1}')
        inverted_residual(net, k, mid, r, stride, squeeze=squeeze, expand=mid != net.c)


def d2go_faster_rcnn() -> tuple[Layer, ...]:
    """Return the detector's layers."""
    net = Net(3, 224, 299).section('stem').conv(16, 3, 2)
    _blocks(net, 'trunk', _TRUNK)
    net.section('proposals')
    c = net.c
    net.conv(15).at(c).conv(60)
    net.at(c, 6 * _REGIONS, 6)
    _blocks(net, 'region', _REGION)
    net.section('classes').at(200, _REGIONS, 1)
    return net.fc(81).at(200).fc(320).layers()
