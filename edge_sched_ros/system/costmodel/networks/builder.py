# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes a network down layer by layer, keeping track of the size of what flows through it."""

from __future__ import annotations

from collections import Counter

from edge_sched_ros.system.costmodel.layers import Kind
from edge_sched_ros.system.costmodel.layers import Layer


class Net:
    """
    A network under construction; every method returns it, so that calls chain.

    Convolutions and pooling pad such that a stride of n divides the size by n, rounded up.

    :param c: channels of the input
    :param y: height of the input
    :param x: width of the input
    """

    def __init__(self, c: int, y: int, x: int) -> None:
        self.c = c
        self.y = y
        self.x = x
        self._section = 'net'
        self._numbers: Counter[str] = Counter()
        self._layers: list[Layer] = []

    def section(self, name: str) -> Net:
        """Begin a section; its name starts the names of the layers that follow."""
        self._section = name
        return self

    def at(self, c: int | None = None, y: int | None = None, x: int | None = None) -> Net:
        """Go on from a tensor of another size: a branch, a concatenation, a crop."""
        self.c = self.c if c is None else c
        self.y = self.y if y is None else y
        self.x = self.x if x is None else x
        return self

    def pool(self, stride: int = 2) -> Net:
        """Divide height and width, at no cost."""
        return self.at(y=-(-self.y // stride), x=-(-self.x // stride))

    def up(self, scale: int = 2) -> Net:
        """Multiply height and width, at no cost."""
        return self.at(y=self.y * scale, x=self.x * scale)

    def conv(self, k: int, r: int = 1, stride: int = 1, *, s: int | None = None) -> Net:
        """Add a convolution with ``k`` filters of ``r`` by ``s`` (square without ``s``)."""
        self.pool(stride)
        self._add('conv', k, r, r if s is None else s, stride)
        return self.at(c=k)

    def depthwise(self, r: int, stride: int = 1) -> Net:
        """Add a depthwise convolution with filters of ``r`` by ``r``."""
        self.pool(stride)
        self._add('depthwise', self.c, r, r, stride)
        return self

    def flatten(self) -> Net:
        """Make a single vector of the tensor."""
        return self.at(c=self.c * self.y * self.x, y=1, x=1)

    def squeeze(self) -> Net:
        """Average over height and width."""
        return self.at(y=1, x=1)

    def fc(self, k: int) -> Net:
        """Add a fully connected layer applied to each of the ``y * x`` vectors."""
        self._add('fc', k)
        return self.at(c=k)

    def attention(self, keys: int, queries: int, heads: int, head_dim: int) -> Net:
        """Add the two products of attention: queries with keys, and that with values."""
        self.at(head_dim, queries, heads)._add('matmul', keys)
        self.at(keys, queries, heads)._add('matmul', head_dim)
        return self.at(head_dim * heads, queries, 1)

    def layers(self) -> tuple[Layer, ...]:
        """Return the layers in the order they run."""
        return tuple(self._layers)

    def _add(self, kind: Kind, k: int, r: int = 1, s: int = 1, stride: int = 1) -> None:
        stem = f'{self._section}.{kind}'
        self._numbers[stem] += 1
        name = f'{stem}{self._numbers[stem]}'
        self._layers.append(Layer(name, kind, k, self.c, r, s, self.y, self.x, stride))
