# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The layer cost model against XRBench's published simulator: ``benchmarks/costmodel.py [--json]``.

``ours`` are our tables of the networks. ``declared`` are the same networks as XRBench declares
them: depthwise convolutions as plain ones, strides as 1 at the size of the input. Nothing is
fitted to a network or an array. Energies leave off-chip traffic out, as XRBench's code does, but
for the last column. XRBench also limits arrays by their network on the chip; our model does not,
but that does not account for the difference: much of it is unexplained.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import replace
from math import exp
from math import log
from pathlib import Path

from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.library import network_layers
from edge_sched_ros.system.costmodel.model import Array
from edge_sched_ros.system.costmodel.segments import segment_cost

_DATA = Path(__file__).resolve().parents[1] / '../shared/data/xrbench'
_SINGLE = 'Single_4K'
# the arrays of XRBench/XRBench-MLSys2023, XRbench_evaluation/hw_configs, by accelerator id
_HARDWARE = {
    _SINGLE: (Array('ws', 4096, 128.0, buffer_kib=4096.0),),
    'Dual_4K': (Array('ws', 2048, 128.0), Array('os', 2048, 128.0)),
    'Dual_8K_BigLittle': (
        Array('ws', 6144, 128.0, buffer_kib=4096.0),
        Array('os', 2048, 128.0, buffer_kib=4096.0),
    ),
}
_NETWORKS = {
    'ES_RITNet': 'ritnet',
    'GE_FBNet_C': 'fbnet_c',
    'HT_hand_graph_cnn_half': 'hand_graph_cnn_half',
    'DE_midas_v21_small': 'midas_v21_small',
    'PD_Plane_RCNN_Quarter': 'plane_rcnn_quarter',
}
_PUBLISHED = {
    (_SINGLE, 0, 'ritnet'): (1.503, 35.33),
    (_SINGLE, 0, 'fbnet_c'): (4.222, 34.92),
    (_SINGLE, 0, 'hand_graph_cnn_half'): (8.562, 207.43),
}
"""Milliseconds and millijoules of an inference."""


@dataclass(frozen=True)
class Row:
    """A network on an array, per inference; ratios are of ours to the published."""

    hardware: str
    array: str
    network: str
    published_ms: float
    ours_ms: float
    ours_ratio: float
    declared_ms: float
    declared_ratio: float
    published_mj: float
    ours_mj: float
    ours_mj_ratio: float
    declared_mj: float
    declared_mj_ratio: float
    ours_mj_with_dram: float


def read_schedules(folder: Path) -> dict[tuple[str, int, str], tuple[float, float]]:
    """Return milliseconds and millijoules by hardware, array and network from schedule CSVs."""
    found: dict[tuple[str, int, str], tuple[float, float]] = {}
    for path in sorted(folder.glob('*__*__*.csv')):
        hardware = path.stem.split('__')[1]
        if hardware not in _HARDWARE:
            continue
        with path.open(newline='') as file:
            for row in csv.DictReader(file):
                energy = float(row.get('Energy (mJ)') or 0)
                name = _NETWORKS.get(row['Model Name'])
                # summaries have no energy, and dropped frames none to speak of
                if name is None or energy <= 0:
                    continue
                spent = float(row['Completion Time (ms)']) - float(row['Dispatch Time (ms)'])
                found.setdefault((hardware, int(row['AcceleratorID']), name), (spent, energy))
    return found


def as_declared(layer: Layer) -> Layer:
    """Return a layer as XRBench's scenario files declare it."""
    kind = 'conv' if layer.kind == 'depthwise' else layer.kind
    return replace(layer, kind=kind, y=layer.y * layer.stride, x=layer.x * layer.stride, stride=1)


def compare(key: tuple[str, int, str], published: tuple[float, float]) -> Row:
    """Return what our model says next to what XRBench's does."""
    hardware, number, network = key
    array = _HARDWARE[hardware][number]
    layers = network_layers(network)
    ours = segment_cost(layers, array, charge_dram=False)
    declared = segment_cost([as_declared(one) for one in layers], array, charge_dram=False)
    milliseconds, energy = published
    return Row(
        hardware,
        f'{array.dataflow} {array.pes}',
        network,
        milliseconds,
        ours.latency_ns / 1e6,
        ours.latency_ns / 1e6 / milliseconds,
        declared.latency_ns / 1e6,
        declared.latency_ns / 1e6 / milliseconds,
        energy,
        ours.energy_mj,
        ours.energy_mj / energy,
        declared.energy_mj,
        declared.energy_mj / energy,
        segment_cost(layers, array).energy_mj,
    )


def _print(rows: list[Row]) -> None:
    print(f'{"":45}|          latency in ms           |             energy in mJ')
    print(
        f'{"hardware":18}{"array":8}{"network":19}|'
        f'{"XRBench":>8}{"ours":>7}{"x":>6}{"declared":>9}{"x":>5}|'
        f'{"XRBench":>8}{"ours":>7}{"x":>5}{"declared":>9}{"x":>5}{"+DRAM":>7}'
    )
    for row in rows:
        print(
            f'{row.hardware:18}{row.array:8}{row.network:19}|'
            f'{row.published_ms:8.2f}{row.ours_ms:7.2f}{row.ours_ratio:6.2f}'
            f'{row.declared_ms:9.2f}{row.declared_ratio:5.2f}|'
            f'{row.published_mj:8.1f}{row.ours_mj:7.1f}{row.ours_mj_ratio:5.2f}'
            f'{row.declared_mj:9.1f}{row.declared_mj_ratio:5.2f}{row.ours_mj_with_dram:7.1f}'
        )
    for name in ('ours_ratio', 'declared_ratio', 'ours_mj_ratio', 'declared_mj_ratio'):
        ratios = [getattr(row, name) for row in rows]
        mean = exp(sum(map(log, ratios)) / len(ratios))
        print(f'{name:18} geometric mean {mean:.2f}, from {min(ratios):.2f} to {max(ratios):.2f}')


def main() -> None:
    """Compare every network and array there are numbers for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, default=_DATA, help='folder of XRBench schedules')
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    published = dict(_PUBLISHED)
    if arguments.data.is_dir():
        published.update(read_schedules(arguments.data))
    else:
        print(f'skipped: no XRBench schedules at {arguments.data}', file=sys.stderr)
    rows = [compare(key, numbers) for key, numbers in sorted(published.items())]
    if arguments.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        _print(rows)


if __name__ == '__main__':
    main()
