# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
RAPID-RL, indoor navigation with three exits (DREAM), on 224x224x3 images.

Approximation: the published layer sizes are not known to us; this is a Q network of AlexNet's
five convolutions with 25 actions, as its drone simulator (PEDRA) has, and an exit after the
second, third and last. Sections are ``trunk1``, ``exit1``, ``trunk2``, ``exit2``, ``trunk3`` and
``exit3``.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.builder import Net

_ACTIONS = 25


def rapid_rl() -> tuple[Layer, ...]:
    """Return RAPID-RL's layers with no exit taken early."""
    net = Net(3, 224, 224).section('trunk1').conv(96, 11, 4).pool().conv(256, 5).pool()
    _exit(net, 1, (256,))
    net.section('trunk2').conv(384, 3)
    _exit(net, 2, (512,))
    net.section('trunk3').conv(384, 3).conv(256, 3).pool()
    _exit(net, 3, (2048, 1024))
    return net.layers()


def _exit(net: Net, number: int, hidden: tuple[int, ...]) -> None:
    c, y, x = net.c, net.y, net.x
    net.section(f'exit{number}')
    if number < 3:
        net.conv(64).pool()
    net.flatten()
    for width in hidden:
        net.fc(width)
    net.fc(_ACTIONS).at(c, y, x)
