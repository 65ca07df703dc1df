# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The layer cost model: costs that follow the layers, and tables that match what is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.library import network_layers
from edge_sched_ros.system.costmodel.library import network_names
from edge_sched_ros.system.costmodel.model import Array
from edge_sched_ros.system.costmodel.model import compute_cycles
from edge_sched_ros.system.costmodel.model import dram_bytes
from edge_sched_ros.system.costmodel.model import l2_accesses
from edge_sched_ros.system.costmodel.model import layer_cost
from edge_sched_ros.system.costmodel.networks.fbnet_c import fbnet_c
from edge_sched_ros.system.costmodel.segments import segment_cost
from edge_sched_ros.system.costmodel.segments import segments

WS = Array('ws', 4096, 128.0)
OS = Array('os', 4096, 128.0)
DEEP = Layer('deep', 'conv', 512, 512, 1, 1, 7, 7)
DEPTHWISE = Layer('depthwise', 'depthwise', 144, 144, 3, 3, 56, 56)
EARLY = Layer('early', 'conv', 32, 3, 3, 3, 112, 112, 2)
FC = Layer('fc', 'fc', 1000, 2048, 1, 1, 1, 1)


def _macs(layers: Sequence[Layer]) -> int:
    return sum(layer.macs for layer in layers)


# layers


@pytest.mark.parametrize(
    ('layer', 'macs', 'weights', 'inputs', 'outputs'),
    [
        (EARLY, 32 * 27 * 112 * 112, 32 * 27, 3 * 224 * 224, 32 * 112 * 112),
        (DEPTHWISE, 144 * 9 * 3136, 144 * 9, 144 * 3136, 144 * 3136),
        (FC, 2_048_000, 2_048_000, 2048, 1000),
        # four heads of ten queries with six keys
        (Layer('m', 'matmul', 6, 64, 1, 1, 10, 4), 4 * 10 * 6 * 64, 4 * 6 * 64, 2560, 240),
        # a 1x1 filter of stride 2 jumps over three quarters of its input
        (Layer('s', 'conv', 8, 4, 1, 1, 5, 5, 2), 800, 32, 100, 200),
    ],
    ids=lambda value: value.name if isinstance(value, Layer) else '',
)
def test_a_layer_counts_its_work_and_bytes(
    layer: Layer, macs: int, weights: int, inputs: int, outputs: int
) -> None:
    assert layer.macs == macs
    assert (layer.weight_bytes, layer.input_bytes, layer.output_bytes) == (
        weights,
        inputs,
        outputs,
    )


@pytest.mark.parametrize(
    'change',
    [{'k': 0}, {'kind': 'pool'}, {'kind': 'depthwise', 'c': 3}, {'kind': 'fc', 'r': 3}],
    ids=str,
)
def test_an_impossible_layer_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match='layer deep'):
        replace(DEEP, **change)  # type: ignore[arg-type]


# the model


@pytest.mark.parametrize(
    'change',
    [{'dataflow': 'rs'}, {'pes': 0}, {'bandwidth_gbps': 0.0}, {'clock_mhz': -1.0}],
    ids=str,
)
def test_an_impossible_array_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=r'array\.'):
        replace(WS, **change)  # type: ignore[arg-type]


def test_arrays_have_the_documented_grids() -> None:
    assert WS.grid == (64, 64)
    assert replace(WS, pes=2048).grid == (32, 64)
    assert replace(WS, pes=6144).grid == (64, 96)
    assert OS.grid == (16, 256)
    assert replace(OS, pes=1).grid == replace(WS, pes=1).grid == (1, 1)


def test_cycles_by_hand() -> None:
    # eight by eight tiles of channels, 49 pixels each
    assert compute_cycles(DEEP, WS) == 8 * 8 * 49
    # 49 pixels at once, 512 products by 16 lanes, for 512 output channels
    assert compute_cycles(DEEP, OS) == 512 * 32
    # one row of 64 output channels at a time, nine filter positions
    assert compute_cycles(DEPTHWISE, WS) == 3 * 9 * 3136
    # 13 tiles of 256 pixels, nine products by 16 lanes
    assert compute_cycles(DEPTHWISE, OS) == 144 * 13


def test_latency_is_the_longer_of_computing_and_moving() -> None:
    computing = layer_cost(DEEP, replace(WS, bandwidth_gbps=1e6))
    assert computing.latency_ns == compute_cycles(DEEP, WS)
    assert layer_cost(DEEP, replace(WS, bandwidth_gbps=1e6, clock_mhz=500.0)).latency_ns == (
        2 * computing.latency_ns
    )
    moving = layer_cost(FC, replace(WS, bandwidth_gbps=1.0))
    assert moving.latency_ns == dram_bytes(FC, WS) == 2_048_000 + 2048 + 1000
    assert moving.bandwidth_gbps == pytest.approx(1.0)


@pytest.mark.parametrize('name', network_names())
@pytest.mark.parametrize('dataflow', ['ws', 'os'])
def test_no_cost_exceeds_the_bandwidth_or_the_peak(name: str, dataflow: str) -> None:
    array = replace(WS, dataflow=dataflow)  # type: ignore[arg-type]
    for layer in network_layers(name):
        cost = layer_cost(layer, array)
        assert cost.bandwidth_gbps <= array.bandwidth_gbps * (1 + 1e-9)
        assert cost.latency_ns * array.pes >= layer.macs
        assert cost.energy_mj > 0


@pytest.mark.parametrize('name', network_names())
@pytest.mark.parametrize('dataflow', ['ws', 'os'])
def test_more_elements_never_take_longer(name: str, dataflow: str) -> None:
    arrays = [Array(dataflow, 1 << n, 128.0) for n in range(15)]  # type: ignore[arg-type]
    for layer in network_layers(name):
        times = [layer_cost(layer, array).latency_ns for array in arrays]
        assert times == sorted(times, reverse=True)


@pytest.mark.parametrize('layer', [DEEP, FC], ids=lambda layer: layer.name)
def test_weight_stationary_wins_on_many_channels(layer: Layer) -> None:
    assert layer_cost(layer, WS).latency_ns < layer_cost(layer, OS).latency_ns


@pytest.mark.parametrize('layer', [DEPTHWISE, EARLY], ids=lambda layer: layer.name)
def test_output_stationary_wins_on_many_pixels(layer: Layer) -> None:
    assert layer_cost(layer, OS).latency_ns < layer_cost(layer, WS).latency_ns


def test_off_chip_energy_is_charged_unless_told_otherwise() -> None:
    for array in (WS, OS):
        with_dram, without = layer_cost(DEEP, array), layer_cost(DEEP, array, charge_dram=False)
        moved = dram_bytes(DEEP, array)
        assert with_dram.energy_mj - without.energy_mj == pytest.approx(0.00288 * 75 * moved / 1e6)
        assert without.energy_mj == pytest.approx(
            0.00288 * (DEEP.macs * 2.65 + 6 * l2_accesses(DEEP, array)) / 1e6
        )
        assert with_dram.latency_ns == without.latency_ns


def test_what_does_not_fit_is_read_again() -> None:
    big = Layer('big', 'conv', 512, 64, 3, 3, 256, 256)
    small = replace(WS, buffer_kib=64.0)
    large = replace(WS, buffer_kib=1 << 20)
    assert dram_bytes(big, small) - dram_bytes(big, large) == 7 * big.input_bytes
    assert dram_bytes(big, replace(small, dataflow='os')) == (
        256 * big.weight_bytes + big.input_bytes + big.output_bytes
    )


# networks


@pytest.mark.parametrize(
    ('layers', 'published'),
    [
        pytest.param(network_layers('ssd_mobilenet_v2'), 1.89e9, id='ssd_mobilenet_v2'),
        pytest.param(
            [
                layer
                for layer in network_layers('ssd_mobilenet_v2')
                if layer.name.startswith('backbone')
            ],
            # 300 million at 224
            0.300e9 * (300 / 224) ** 2,
            id='mobilenet_v2-300',
        ),
        pytest.param(network_layers('googlenet_car'), 1.5e9, id='googlenet'),
        pytest.param(network_layers('vgg_face'), 15.5e9, id='vgg16'),
        pytest.param(fbnet_c(224, 224), 0.375e9, id='fbnet_c-224'),
        pytest.param(network_layers('hrvit_b1'), 2.7e9, id='hrvit_b1'),
        # ResNet-18: 1.82 billion at 224
        pytest.param(network_layers('trailnet'), 1.82e9 * 320 * 180 / 224**2, id='trailnet'),
    ],
)
def test_networks_compute_what_is_published(layers: Sequence[Layer], published: float) -> None:
    assert _macs(layers) == pytest.approx(published, rel=0.15)


@pytest.mark.parametrize(
    ('name', 'millions'),
    [('ritnet', 0.25), ('fbnet_c', 5.5), ('vgg_face', 145.0), ('kws_res8_narrow', 0.0199)],
)
def test_networks_have_the_published_parameters(name: str, millions: float) -> None:
    weights = sum(layer.weight_bytes for layer in network_layers(name))
    assert weights == pytest.approx(millions * 1e6, rel=0.05)


@pytest.mark.parametrize('name', network_names())
def test_layers_have_names_of_their_own(name: str) -> None:
    names = [layer.name for layer in network_layers(name)]
    assert len(set(names)) == len(names)


def test_all_networks_of_the_scenarios_are_there() -> None:
    assert len(network_names()) == 25
    assert _macs(network_layers('ofa_large')) > 2 * _macs(network_layers('ofa_medium'))
    assert _macs(network_layers('ofa_medium')) > 2 * _macs(network_layers('ofa_small'))


def test_an_unknown_network_is_named_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"'resnet99' .*ritnet.*vgg_face"):
        network_layers('resnet99')


# segments


@pytest.mark.parametrize('name', network_names())
@pytest.mark.parametrize('count', [1, 2, 4])
def test_segments_are_the_network_in_order(name: str, count: int) -> None:
    layers = network_layers(name)
    groups = segments(layers, [WS, OS], count)
    assert len(groups) == count
    assert all(groups)
    assert tuple(layer for group in groups for layer in group) == layers


def test_segments_take_about_the_same_time() -> None:
    layers = network_layers('hrvit_b1')
    groups = segments(layers, [WS, OS], 8)
    costs = [segment_cost(g, WS).latency_ns + segment_cost(g, OS).latency_ns for g in groups]
    longest = max(layer_cost(one, WS).latency_ns for one in layers) + max(
        layer_cost(one, OS).latency_ns for one in layers
    )
    assert max(costs) - min(costs) <= 2 * longest


def test_as_many_segments_as_layers() -> None:
    layers = network_layers('ed_tcn')
    assert segments(layers, [WS], 4) == [(layer,) for layer in layers]


@pytest.mark.parametrize('count', [0, 5])
def test_an_impossible_number_of_segments_is_refused(count: int) -> None:
    with pytest.raises(ConfigError, match='from 1 to 4'):
        segments(network_layers('ed_tcn'), [WS], count)
    with pytest.raises(ConfigError, match='at least one array'):
        segments(network_layers('ed_tcn'), [], 1)


def test_a_segment_costs_the_sum_of_its_layers() -> None:
    cost = segment_cost([DEEP, FC], WS)
    one, two = layer_cost(DEEP, WS), layer_cost(FC, WS)
    assert cost.latency_ns == one.latency_ns + two.latency_ns
    assert cost.energy_mj == pytest.approx(one.energy_mj + two.energy_mj)
    moved = dram_bytes(DEEP, WS) + dram_bytes(FC, WS)
    assert cost.bandwidth_gbps == pytest.approx(moved / cost.latency_ns)
