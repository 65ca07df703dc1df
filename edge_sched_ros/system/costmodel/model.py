# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Latency, energy and memory traffic of a layer on an array of processing elements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from math import isqrt
from typing import Literal

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.costmodel.layers import Layer

MAC_NJ = 0.00288
"""Energy of an int8 multiply-accumulate in nanojoules (XRBench)."""
L1_FACTOR = 0.55
"""Energy of a byte from a processing element's own memory, relative to a MAC (XRBench)."""
L2_FACTOR = 6.0
"""Energy of a byte from the array's shared buffer, relative to a MAC (XRBench)."""
DRAM_FACTOR = 75.0
"""Energy of a byte from off-chip memory, relative to a MAC (XRBench)."""
L1_PER_MAC = 3
"""Accesses of a MAC to its own memory: two operands and the partial sum (assumption)."""
OS_LANES = 16
"""Elements that add up one output; XRBench's OS mapping has 16 along the input channels."""
_NJ_PER_MJ = 1e6


@dataclass(frozen=True, slots=True)
class Array:
    """
    An accelerator array.

    :param dataflow: ``ws`` (weight stationary, NVDLA-like) or ``os`` (output stationary,
        ShiDianNao-like)
    :param pes: processing elements, one int8 MAC a cycle each
    :param bandwidth_gbps: off-chip bandwidth, 10^9 bytes a second
    :param clock_mhz: clock in MHz; XRBench's is 1000
    :param buffer_kib: the shared on-chip buffer in KiB, half of which double-buffers the other
    """

    dataflow: Literal['ws', 'os']
    pes: int
    bandwidth_gbps: float
    clock_mhz: float = 1000.0
    buffer_kib: float = 2048.0

    def __post_init__(self) -> None:
        if self.dataflow not in ('ws', 'os'):
            raise ConfigError('array.dataflow', f"'{self.dataflow}' is neither 'ws' nor 'os'")
        if self.pes < 1:
            raise ConfigError('array.pes', f'{self.pes} must be at least 1')
        for key in ('bandwidth_gbps', 'clock_mhz', 'buffer_kib'):
            if not getattr(self, key) > 0:
                raise ConfigError(f'array.{key}', f'{getattr(self, key)} must be positive')

    @property
    def grid(self) -> tuple[int, int]:
        """
        How the elements are laid out.

        ``ws``: (input channels, output channels) at a time; the first is the largest power of
        two up to the square root of ``pes``, so 4096 is 64 by 64 and 2048 is 32 by 64.
        ``os``: (lanes that add up one output, output pixels at a time), 16 lanes if there are
        as many. Elements left over by the division stay idle.
        """
        if self.dataflow == 'os':
            lanes = min(OS_LANES, self.pes)
            return lanes, self.pes // lanes
        rows = 1 << (isqrt(self.pes).bit_length() - 1)
        return rows, self.pes // rows

    @property
    def usable_bytes(self) -> float:
        """Bytes of the buffer a single operand may fill: half of it (assumption)."""
        return self.buffer_kib * 1024 / 2


@dataclass(frozen=True, slots=True)
class LayerCost:
    """
    What a layer, or a group of layers, costs on an array.

    :param latency_ns: from the first input to the last output, in nanoseconds
    :param energy_mj: energy in millijoules, without what idle elements leak
    :param bandwidth_gbps: mean off-chip traffic while it runs, 10^9 bytes a second
    """

    latency_ns: int
    energy_mj: float
    bandwidth_gbps: float


def compute_cycles(layer: Layer, array: Array) -> int:
    """
    Return the cycles an array needs when memory is no limit.

    * ``ws``: a tile of ``rows`` input by ``columns`` output channels stays in place while all
      output pixels pass, for each position of the filter:
      ``ceil(c / rows) * ceil(k / columns) * r * s * y * x``. A depthwise layer has one input
      channel for an output, so one row works.
    * ``os``: a tile of output pixels stays in place, one output channel after the other:
      ``k * ceil(y * x / pixels) * ceil(reduction / lanes)``. That the lanes add up the filter's
      positions as well as channels is an assumption; XRBench's mapping adds up channels only.

    Filling and draining the array take no time (assumption).
    """
    first, second = array.grid
    pixels = layer.y * layer.x
    if array.dataflow == 'os':
        return layer.k * ceil(pixels / second) * ceil(layer.reduction / first)
    channels = 1 if layer.kind == 'depthwise' else layer.c
    return ceil(channels / first) * ceil(layer.k / second) * layer.r * layer.s * pixels


def dram_bytes(layer: Layer, array: Array) -> int:
    """
    Return the bytes a layer moves between the array and off-chip memory.

    Every layer reads its weights and input from there and writes its output there, so that a
    network can stop, or change the array, between any two layers (assumption: no fusion).
    What fits into half of the buffer is read once. Otherwise

    * ``ws`` reads the input again for each tile of output channels, ``ceil(k / columns)`` times
      (once if depthwise, whose output channels share no input);
    * ``os`` reads the weights again for each tile of output pixels, ``ceil(y * x / pixels)``.
    """
    columns_or_pixels = array.grid[1]
    weights, inputs = layer.weight_bytes, layer.input_bytes
    if array.dataflow == 'os' and weights > array.usable_bytes:
        # the products of a matmul have weights of their own
        own = layer.y if layer.kind == 'matmul' else layer.y * layer.x
        weights *= ceil(own / columns_or_pixels)
    shared = layer.kind != 'depthwise' and inputs > array.usable_bytes
    if array.dataflow == 'ws' and shared:
        inputs *= ceil(layer.k / columns_or_pixels)
    return weights + inputs + layer.output_bytes


def l2_accesses(layer: Layer, array: Array) -> int:
    """
    Return the accesses to the shared buffer, in bytes.

    * ``ws``: each weight once; each input once for each filter position and tile of output
      channels (a row of elements shares it); each partial sum read and written once for each
      filter position and tile of input channels:
      ``weights + c*y*x*r*s*ceil(k/columns) + 2*k*y*x*r*s*ceil(c/rows)``.
    * ``os``: each weight once for each tile of output pixels; each input and output once,
      because the inputs of a tile stay in the elements' memories, neighbours pass on what
      they share (as ShiDianNao's do), and an output leaves when it is complete (assumption):
      ``weights * ceil(y*x/pixels) + inputs + outputs``.
    """
    first, second = array.grid
    pixels = layer.y * layer.x
    if array.dataflow == 'os':
        own = layer.y if layer.kind == 'matmul' else pixels
        tiles = ceil(own / second)
        return layer.weight_bytes * tiles + layer.input_bytes + layer.output_bytes
    steps = layer.r * layer.s * pixels
    if layer.kind == 'depthwise':
        return layer.weight_bytes + layer.c * steps + 2 * layer.k * steps
    read = layer.c * steps * ceil(layer.k / second)
    return layer.weight_bytes + read + 2 * layer.k * steps * ceil(layer.c / first)


@lru_cache(maxsize=65536)
def layer_cost(layer: Layer, array: Array, charge_dram: bool = True) -> LayerCost:
    """
    Return what a layer costs on an array.

    * latency = max(``compute_cycles`` / clock, ``dram_bytes`` / bandwidth): computing and
      moving overlap perfectly, and the network on the chip is never the limit (assumptions);
    * energy = ``MAC_NJ * (macs * (1 + 3 * 0.55) + 6 * l2_accesses + 75 * dram_bytes)``;
    * bandwidth = ``dram_bytes`` / latency.

    :param layer: the layer
    :param array: the array
    :param charge_dram: count the energy of off-chip traffic; XRBench's code does not
    """
    moved = dram_bytes(layer, array)
    computing_ns = compute_cycles(layer, array) * 1e3 / array.clock_mhz
    latency_ns = ceil(max(computing_ns, moved / array.bandwidth_gbps))
    units = layer.macs * (1 + L1_PER_MAC * L1_FACTOR) + L2_FACTOR * l2_accesses(layer, array)
    if charge_dram:
        units += DRAM_FACTOR * moved
    return LayerCost(latency_ns, MAC_NJ * units / _NJ_PER_MJ, moved / latency_ns)
