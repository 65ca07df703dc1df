# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Blocks that several networks are made of; each goes on from a network's current tensor."""

from __future__ import annotations

from edge_sched_ros.system.costmodel.networks.builder import Net


def squeeze_excite(net: Net, mid: int) -> Net:
    """Scale channels by what two fully connected layers say of their averages."""
    c, y, x = net.c, net.y, net.x
    return net.squeeze().fc(mid).fc(c).at(c, y, x)


def inverted_residual(
    net: Net, k: int, mid: int, r: int, stride: int = 1, *, squeeze: int = 0, expand: bool = True
) -> Net:
    """
    Expand to ``mid`` channels, convolve depthwise, project to ``k``.

    :param squeeze: channels of a squeeze-and-excite between; 0 without
    :param expand: whether there is an expansion where ``mid`` equals the input's channels
    """
    if expand or mid != net.c:
        net.conv(mid)
    net.depthwise(r, stride)
    if squeeze:
        squeeze_excite(net, squeeze)
    return net.conv(k)


def basic_block(net: Net, k: int, stride: int = 1) -> Net:
    """Two 3x3 convolutions of a ResNet, and a projection of the shortcut where it needs one."""
    c, y, x = net.c, net.y, net.x
    if stride != 1 or c != k:
        net.conv(k, 1, stride).at(c, y, x)
    return net.conv(k, 3, stride).conv(k, 3)


def bottleneck(net: Net, mid: int, k: int, stride: int = 1) -> Net:
    """A 1x1, a 3x3 and a 1x1 convolution of a ResNet, and a projected shortcut if needed."""
    c, y, x = net.c, net.y, net.x
    if stride != 1 or c != k:
        net.conv(k, 1, stride).at(c, y, x)
    return net.conv(mid).conv(mid, 3, stride).conv(k)


def resnet(net: Net, repeats: tuple[int, int, int, int], *, deep: bool = False) -> Net:
    """
    Return the four stages of a ResNet for ImageNet after its stem.

    :param repeats: blocks in each stage
    :param deep: bottleneck blocks (ResNet-50 and up) in place of basic ones
    """
    for stage, count in enumerate(repeats):
        net.section(f'stage{stage + 1}')
        for index in range(count):
            stride = 2 if stage and not index else 1
            if deep:
                bottleneck(net, 64 << stage, 256 << stage, stride)
            else:
                basic_block(net, 64 << stage, stride)
    return net


def inception(net: Net, one: int, three: tuple[int, int], five: tuple[int, int], pool: int) -> Net:
    """
    GoogLeNet's block of four branches.

    :param one: channels of the 1x1 branch
    :param three: channels of the 3x3 branch before and in its 3x3 convolution
    :param five: the same of the 5x5 branch
    :param pool: channels of the pooled branch
    """
    c = net.c
    net.conv(one).at(c).conv(three[0]).conv(three[1], 3)
    net.at(c).conv(five[0]).conv(five[1], 5).at(c).conv(pool)
    return net.at(one + three[1] + five[1] + pool)


def vgg16_trunk(net: Net) -> Net:
    """Return VGG-16's thirteen convolutions, after its last pooling."""
    for index, (k, count) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))):
        net.section(f'block{index + 1}')
        for _ in range(count):
            net.conv(k, 3)
        net.pool()
    return net
