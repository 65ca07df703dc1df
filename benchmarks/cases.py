# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Systems of the case studies: equal and unequal units, one device and several, 2 to 4 networks.

Where numbers come from:

- ``cores``: made up, of the size of YOLOX-nano, a depth network, an embedding and a segmentation
  on one x86 core.
- ``npus``: the analytic cost model of this package for equal weight-stationary arrays.
- ``xavier``: layer groups of GoogleNet and AlexNet as published with HaX-CoNN; hand-overs are
  the mean of the published cuts; contention as in
  ``config/plans/googlenet_alexnet_orin_contention.yaml``.
- ``orin``: published costs of whole networks (``jetson_costs``, with sources and confidence);
  that each is four segments of equal share is an assumption, and so are the tensors between them.
- Links: Ethernet of 940 Mbit/s and 0.3 ms, assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Data = dict[str, Any]

#: milliseconds of four segments on one core
_ON_A_CORE = {
    'detector': (2.5, 2.0, 1.5, 1.0),
    'depth': (3.0, 2.5, 2.0, 1.5),
    'embedding': (0.8, 0.8, 0.6, 0.4),
    'segmentation': (4.0, 3.0, 3.0, 2.0),
}
#: kibibytes of a picture, between segments, and of the answer
_KIB = (150, 200, 100, 50, 8)
_CONTENTION = {'model': 'pairwise', 'slowdown': {'gpu': {'dla': 1.145}, 'dla': {'gpu': 1.222}}}
_HAND_OVER = [
    {'from': 'gpu', 'to': 'dla', 'ms': 0.055},
    {'from': 'dla', 'to': 'gpu', 'ms': 0.030},
]


def _chain(stages: list[Data]) -> Data:
    """Return a network of stages with the tensors between them."""
    names = [f't{index}' for index in range(len(stages) + 1)]
    sizes = [*_KIB[: len(stages)], _KIB[-1]]
    for index, stage in enumerate(stages):
        stage |= {'inputs': [names[index]], 'outputs': [names[index + 1]]}
    shapes = ({'dtype': 'uint8', 'shape': [kib * 1024]} for kib in sizes)
    return {
        'inputs': names[:1],
        'outputs': names[-1:],
        'tensors': dict(zip(names, shapes)),
        'stages': stages,
    }


def _with(networks: dict[str, Data], **keys: Any) -> Data:
    tasks = {name: {'network': name} for name in networks}
    return {'networks': networks, 'tasks': tasks, **keys}


def _core_networks(names: str) -> dict[str, Data]:
    return {
        name: _chain(
            [{'name': f's{i}', 'cost': {'cpu': ms}} for i, ms in enumerate(_ON_A_CORE[name])]
        )
        for name in names.split()
    }


def _cores(names: str, count: int) -> Callable[[], Data]:
    units = [f'cpu{index}' for index in range(count)]
    return lambda: _with(_core_networks(names), units=units, latency_cv=0.05)


def _core_devices(names: str, count: int) -> Callable[[], Data]:
    devices = [f'box{index}' for index in range(count)]

    def data() -> Data:
        return _with(
            _core_networks(names),
            devices={name: {'units': [f'{name}_cpu'], 'latency_cv': 0.05} for name in devices},
            links=[_ethernet(devices[0], other) for other in devices[1:]],
        )

    return data


def _ethernet(begin: str, end: str) -> Data:
    return {'from': begin, 'to': end, 'latency_ms': 0.3, 'bandwidth_mbps': 940}


def _npus(names: str, count: int) -> Callable[[], Data]:
    array = {
        'dataflow': 'ws', 'pes': 1024, 'bandwidth_gbps': 64, 'clock_mhz': 700, 'buffer_kib': 1024,
    }  # fmt: skip

    def data() -> Data:
        networks = {name: {'layers': name, 'segments': 4} for name in names.split()}
        units = {f'npu{index}': {'kind': 'dla', 'array': array} for index in range(count)}
        return _with(networks, units=units, latency_cv=0.05)

    return data


def _xavier() -> Data:
    gpu = {
        'googlenet': (0.35, 0.15, 0.20, 0.11, 0.12, 0.13, 0.15, 0.19, 0.12, 0.20),
        'alexnet': (0.15, 0.06, 0.22, 0.08, 0.16, 0.70, 0.32, 0.10),
    }
    dla = {
        'googlenet': (0.75, 0.34, 0.45, 0.37, 0.31, 0.33, 0.31, 0.35, 0.27, 0.36),
        'alexnet': (0.41, 0.20, 0.45, 0.22, 0.41, 1.91, 0.68, 0.13),
    }
    networks = {name: {'cost': {'gpu': list(gpu[name]), 'dla': list(dla[name])}} for name in gpu}
    return _with(
        networks,
        units={'gpu0': {'kind': 'gpu'}, 'dla0': {'kind': 'dla'}},
        contention={
            'model': 'pairwise',
            'slowdown': {'gpu': {'dla': 1.134}, 'dla': {'gpu': 1.222}},
        },
        transitions=_HAND_OVER,
        latency_cv=0.05,
    )


def _published(names: str) -> dict[str, Data]:
    return {
        name: _chain([{'name': f's{i}', 'library': name, 'scale': 0.25} for i in range(4)])
        for name in names.split()
    }


def _orin(board: str, prefix: str, dlas: int) -> Data:
    units = {f'{prefix}gpu': {'kind': 'gpu', 'type': f'{board}_gpu'}}
    for index in range(dlas):
        units[f'{prefix}dla{index}'] = {'kind': 'dla', 'type': f'{board}_dla'}
    return {
        'units': units,
        'contention': _CONTENTION,
        'transitions': _HAND_OVER,
        'latency_cv': 0.05,
    }


def _one_orin(names: str, board: str, dlas: int) -> Callable[[], Data]:
    return lambda: _with(_published(names), **_orin(board, '', dlas), costs_from='jetson_costs')


def _two_orins(names: str) -> Data:
    devices = {'robot': _orin('orin_nx', 'nx_', 1), 'base': _orin('orin_agx', 'agx_', 2)}
    return _with(
        _published(names),
        devices=devices,
        links=[_ethernet('robot', 'base')],
    )


#: name -> makes the system, without streams and deadlines
CASES: dict[str, Callable[[], Data]] = {
    'cores: 4 equal, 2 networks': _cores('detector depth', 4),
    'cores: 4 equal, 3 networks': _cores('detector depth embedding', 4),
    'cores: 4 equal, 4 networks': _cores('detector depth embedding segmentation', 4),
    'cores: 3 devices, 2 networks': _core_devices('detector depth', 3),
    'npus: 4 equal, 2 networks': _npus('midas_v21_small ssd_mobilenet_v2', 4),
    'npus: 4 equal, 4 networks': _npus('midas_v21_small ssd_mobilenet_v2 fbnet_c trailnet', 4),
    'xavier: GPU, DLA, 2 networks': _xavier,
    'orin NX: GPU, DLA, 2 networks': _one_orin('yolov8s_640 rt_monodepth_s_640x192', 'orin_nx', 1),
    'orin AGX: GPU, 2 DLA, 3 networks': _one_orin(
        'yolov8s_640 rt_monodepth_s_640x192 peoplesemsegnet_960x544', 'orin_agx', 2
    ),
    'orin AGX: GPU, 2 DLA, 4 networks': _one_orin(
        'yolov8m_640 rt_monodepth_640x192 peoplesemsegnet_960x544 trt_pose_resnet18_224',
        'orin_agx',
        2,
    ),
    'orin NX and AGX, 3 networks': lambda: _two_orins(
        'yolov8s_640 rt_monodepth_640x192 trt_pose_resnet18_224'
    ),
}
