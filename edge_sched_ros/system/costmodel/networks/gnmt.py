# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
GNMT, speech translation (DREAM), on 10 input and 10 output words.

Follows the published network: eight encoder layers, the first in both directions, and eight
decoder layers of LSTMs of 1024, attention, 32000 words. Approximation: 10 words each way and no
beam. Products with earlier outputs are a layer for each word, as they wait for each other, so
their weights are read anew each time.
"""

from __future__ import annotations

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.networks.builder import Net

_WORDS = 10
_WIDTH = 1024
_GATES = 4 * _WIDTH


def gnmt() -> tuple[Layer, ...]:
    """Return GNMT's layers."""
    net = Net(_WIDTH, _WORDS, 1)
    for index in range(8):
        # two directions in the first, and both their outputs go to the second
        net.section(f'encoder{index + 1}')
        for _ in range(1 if index else 2):
            net.at(_WIDTH * (2 if index == 1 else 1), _WORDS).fc(_GATES)
            for _ in range(_WORDS):
                net.at(_WIDTH, 1, 1).fc(_GATES)
    net.section('keys').at(_WIDTH, _WORDS, 1).fc(_WIDTH)
    for word in range(_WORDS):
        net.section(f'word{word + 1}')
        for index in range(8):
            # below, the context and the layer's own output
            net.at(3 * _WIDTH, 1, 1).fc(_GATES)
            if not index:
                net.at(_WIDTH).fc(_WIDTH).attention(_WORDS, 1, heads=1, head_dim=_WIDTH)
        net.at(_WIDTH, 1, 1).fc(32000)
    return net.layers()
