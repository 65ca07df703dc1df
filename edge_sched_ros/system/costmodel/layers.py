# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A layer of a network as a loop nest: how much it computes and how much it moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args
from typing import Literal

from edge_sched_ros.core.errors import ConfigError

Kind = Literal['conv', 'depthwise', 'fc', 'matmul']


@dataclass(frozen=True, slots=True)
class Layer:
    """
    One layer, int8 throughout: a weight, an input and an output value are one byte each.

    ============= =========================================================================
    ``conv``      a convolution; ``y`` and ``x`` are the *output* height and width
    ``depthwise`` a convolution of each channel with its own filter; ``k`` equals ``c``
    ``fc``        ``y * x`` vectors (tokens, regions) times the same ``c`` by ``k`` matrix
    ``matmul``    ``x`` products (attention heads) of a ``y`` by ``c`` and a ``c`` by ``k``
                  matrix, both computed at run time
    ============= =========================================================================

    Element-wise layers, pooling and normalisation are not layers here: they are taken to be
    fused into the layer before them at no cost (assumption).

    :param name: unique in its network, ``section.kind`` and a number
    :param k: output channels
    :param c: input channels
    :param r: height of the filter
    :param s: width of the filter
    :param stride: of the filter in both directions; only the input's size depends on it
    """

    name: str
    kind: Kind
    k: int
    c: int
    r: int
    s: int
    y: int
    x: int
    stride: int = 1

    def __post_init__(self) -> None:
        where = f'layer {self.name}'
        if self.kind not in get_args(Kind):
            raise ConfigError(where, f"unknown kind '{self.kind}' (known: {get_args(Kind)})")
        if min(self.k, self.c, self.r, self.s, self.y, self.x, self.stride) < 1:
            raise ConfigError(where, 'every size must be at least 1')
        if self.kind == 'depthwise' and self.k != self.c:
            raise ConfigError(where, f'depthwise needs k = c, not {self.k} and {self.c}')
        if self.kind in ('fc', 'matmul') and (self.r, self.s, self.stride) != (1, 1, 1):
            raise ConfigError(where, f'{self.kind} has no filter: r, s and stride must be 1')

    @property
    def reduction(self) -> int:
        """Products summed up in one output value: ``c * r * s``, or ``r * s`` of a depthwise."""
        return self.r * self.s * (1 if self.kind == 'depthwise' else self.c)

    @property
    def macs(self) -> int:
        """Multiply-accumulate operations: ``k * y * x * reduction``."""
        return self.k * self.y * self.x * self.reduction

    @property
    def weight_bytes(self) -> int:
        """Bytes of the weights; of a matmul, of the right-hand matrices of all products."""
        return self.k * self.reduction * (self.x if self.kind == 'matmul' else 1)

    @property
    def input_bytes(self) -> int:
        """
        Bytes of the input that the filters touch.

        ``c * max(r, y * min(r, stride)) * max(s, x * min(s, stride))``: the padding is not
        counted, nor is what a filter smaller than its stride jumps over.
        """
        height = max(self.r, self.y * min(self.r, self.stride))
        width = max(self.s, self.x * min(self.s, self.stride))
        return self.c * height * width

    @property
    def output_bytes(self) -> int:
        """Bytes of the output: ``k * y * x``."""
        return self.k * self.y * self.x
