# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Hand-graph-CNN at half size, hand tracking (XRBench HT), on 128x128x3 images.

Follows XRBench's layers: two stacked hourglasses of depth 4, a residual encoder, the graph
convolutions. Approximation: the mesh has 80, 320 and 1280 vertices (XRBench counts one).
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.builder import Net


def _residual(net: Net, k: int) -> None:
    c = net.c
    if c != k:
        net.conv(k).at(c)
    net.conv(k // 2).conv(k // 2, 3).conv(k)


def _hourglass(net: Net, depth: int) -> None:
    for _ in range(2):
        _residual(net, 256)
    y, x = net.y, net.x
    net.pool()
    for _ in range(2):
        _residual(net, 256)
    if depth > 1:
        _hourglass(net, depth - 1)
    else:
        for _ in range(2):
            _residual(net, 256)
    for _ in range(2):
        _residual(net, 256)
    net.at(y=y, x=x)


def hand_graph_cnn_half() -> tuple[Layer, ...]:
    """Return the hand tracker's layers."""
    net = Net(3, 128, 128).section('stem').conv(64, 7, 2)
    _residual(net, 128)
    net.pool()
    _residual(net, 128)
    _residual(net, 256)
    for index in range(2):
        net.section(f'hourglass{index + 1}')
        _hourglass(net, 4)
        for _ in range(2):
            _residual(net, 256)
        # features, heat maps of 21 joints, and both back in
        net.conv(256).conv(21).conv(256).conv(256)
    net.section('encoder')
    for _ in range(4):
        for _ in range(2):
            _residual(net, 256)
        net.pool()
    net.section('mesh').flatten().at(4096).fc(512).fc(80 * 64)
    # Chebyshev polynomials of degree 3 triple the channels
    for vertices, c, k in ((80, 192, 64), (80, 192, 32), (320, 96, 32), (1280, 96, 3)):
        net.at(c, vertices, 1).fc(k)
    net.section('pose').at(9, 1280, 1).fc(32).at(96, 320).fc(32).at(96, 80).fc(64)
    return net.at(192, 80).fc(64).at(512, 1).fc(512).fc(20).layers()
