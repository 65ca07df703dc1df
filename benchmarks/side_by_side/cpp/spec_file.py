# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes down for the C++ program what it is to run."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.faults import BenchFault
from benchmarks.side_by_side.workload import camera_topic
from benchmarks.side_by_side.workload import Task
from benchmarks.side_by_side.workload import Workload
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.network import NetworkSpec

#: decoders that the program has, and which of their options it reads
_OPTIONS = {
    'yolox': ('score_threshold', 'nms_iou', 'max_detections', 'max_candidates', 'strides'),
    'embedding': (),
    'depth_inverse': ('min_m', 'max_m'),
}
#: what YOLOX's decoder has where the network's file says nothing
_DEFAULT_STRIDES = [8, 16, 32]


def write_spec(workload: Workload, rate_hz: float, file: Path) -> Path:
    """
    Write networks and tasks with their deadlines at a camera rate.

    :raises BenchFault: when there is something that the program does not have
    """
    lines = [f'library {_library()}']
    lines += [_network_line(kind, workload.networks[kind]) for kind in workload.kinds]
    lines += [_task_line(task, rate_hz) for task in workload.tasks]
    file.write_text('\n'.join(lines) + '\n')
    return file


def _library() -> Path:
    """Return the library that the Python package brings: the same for every contender."""
    package = find_spec('onnxruntime')
    if package is None or package.origin is None:
        raise BenchFault('onnxruntime is not installed')
    folder = Path(package.origin).parent / 'capi'
    found = sorted(folder.glob('libonnxruntime.so*'))
    if not found:
        raise BenchFault(f'there is no libonnxruntime.so in {folder}')
    return found[0]


def _network_line(kind: str, network: str) -> str:
    spec = load_network(Path(network))
    _check(spec)
    options = dict(spec.decoder_options)
    if spec.decoder == 'yolox':
        options.setdefault('strides', _DEFAULT_STRIDES)
    values = {
        'file': spec.file,
        'decoder': spec.decoder,
        **{
            name: getattr(spec.input, name)
            for name in ('width', 'height', 'resize', 'align', 'colour', 'layout', 'scale', 'pad')
        },
        'mean': spec.input.mean,
        'std': spec.input.std,
        'max_batch': spec.max_batch,
        **{name: options[name] for name in _OPTIONS[spec.decoder] if name in options},
    }
    return f'network {kind} {_pairs(values)}'


def _check(spec: NetworkSpec) -> None:
    known = {
        'decoder': (spec.decoder, tuple(_OPTIONS)),
        'input.resize': (spec.input.resize, ('letterbox', 'stretch')),
        'input.colour': (spec.input.colour, ('bgr', 'rgb')),
        'input.dtype': (spec.input.dtype, ('float32',)),
        'input.interpolation': (spec.input.interpolation, ('linear',)),
    }
    for key, (value, possible) in known.items():
        if value not in possible:
            raise BenchFault(f'{spec.source}: {key}: the C++ program does not have {value}')
    unread = sorted(set(spec.decoder_options) - set(_OPTIONS[spec.decoder]))
    if unread:
        raise BenchFault(f'{spec.source}: the C++ program does not read {", ".join(unread)}')


def _task_line(task: Task, rate_hz: float) -> str:
    values = {
        'kind': task.kind.name,
        'camera': task.camera,
        'topic': camera_topic(task.camera),
        'result_topic': task.result_topic,
        'parent': task.parent,
        'deadline_ns': round(task.deadline_ms(rate_hz) * 1e6),
    }
    return f'task {task.name} {_pairs({k: v for k, v in values.items() if v != ""})}'


def _pairs(values: dict[str, Any]) -> str:
    return ' '.join(f'{name}={_text(value)}' for name, value in values.items())


def _text(value: Any) -> str:
    return ','.join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
