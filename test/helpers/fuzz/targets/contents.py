# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Valid YAML, JSON, tensors and answers with contents that make no sense."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from edge_sched_ros.capacity.placement.placement_file import load_problem
from edge_sched_ros.cli.plans import read_plan
from edge_sched_ros.cluster.agent import read_observed
from edge_sched_ros.cluster.reading import read_node
from edge_sched_ros.cluster.types_file import load_types
from edge_sched_ros.cluster.wire import read_question
from edge_sched_ros.documents.yaml_file import read_mapping
from edge_sched_ros.execution.isolation.codec import Reader
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.fleet.wire.tensors import decode
from edge_sched_ros.fleet.wire.tensors import DTYPES
from edge_sched_ros.fleet.wire.tensors import RESULT
from edge_sched_ros.perception.results import SENT_RESULTS
from edge_sched_ros.pipeline.settings.parameter_file import read_parameters
from edge_sched_ros.profiling.profile_file import read_profile
from edge_sched_ros.simulation.limits import check_frames
from edge_sched_ros.simulation.suite_file import load_suite
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.system import System
from fuzz.choices import Choices
from fuzz.target import Target
from fuzz.targets import extender
from fuzz.targets import files
from fuzz.targets import tensors

_FOLDER = tempfile.TemporaryDirectory(dir=files.MEMORY if files.MEMORY.is_dir() else None)
_SYSTEM = """
units: {cpu0: {kind: cpu, active_mw: 2500}, gpu0: {kind: gpu, slots: 2}}
latency_cv: 0.05
networks:
  net:
    stages:
      - {name: a, cost: {cpu: 4.0, gpu: {latency_ms: 1.5, cv: 0.1, energy_mj: 4, memory_mib: 21}}}
      - {name: b, cost: {cpu: {latency_ms: 2.4, per_item_ms: 2.2}}}
  other: {cost: {gpu: [2.0, 3.5], cpu: [3.0, 4.0]}}
streams: {camera: {period_ms: 33.0, jitter_ms: 1.0, phase_ms: 2.0}}
tasks:
  first: {network: other, stream: camera, deadline_ms: 30.0, every_n: 2}
  second: {network: net, after: first, fan_out: [1, 5], probability: 0.5, priority: 1}
  third: {network: net, rate_per_s: 5.0, deadline_ms: 90.0, min_rate_hz: 1.0, count: 2}
changes: [{at_s: 1.0, task: third, set: {period_ms: 50.0}}]
"""
_ENCODINGS = ('bgr8', 'mono8', '16UC1', '32FC1', 'yuv422_yuy2', 'bayer_rggb8', 'nv12')


def _text(value: Any) -> bytes:
    """Return a value as JSON, which is YAML, too, but for numbers that are none."""
    text = json.dumps(value)
    return (
        text.replace('-Infinity', '-.inf')
        .replace('Infinity', '.inf')
        .replace('NaN', '.nan')
        .encode()
    )


def _changed_file(
    name: str, good: bytes, read: Callable[[Path], object], *, most_text: int = 1000
) -> Target:
    """Return the target of a reader of files whose values change."""
    path = Path(_FOLDER.name, name)
    path.write_bytes(good)
    base = read_mapping(path) if path.suffix == '.yaml' else json.loads(good)

    def check(data: bytes) -> None:
        path.write_bytes(_text(Choices(data).changed(base)))
        read(path)

    return Target(f'{path.stem}_contents', (b'',), check, most_text=most_text)


def _system(path: Path) -> None:
    asked = load_system(path)
    check_frames(System(asked, asked.device()), 10.0)


def _plan(path: Path) -> None:
    read_plan(path, _PLANNED)


def _network(path: Path) -> None:
    for form in ('', '_int8'):
        path.with_name(f'demo_depth{form}.onnx').touch()
    load_network(path)


def _changed(name: str, base: Any, read: Callable[[Any], object]) -> Target:
    """Return the target of a reader of values."""
    return Target(f'{name}_contents', (b'',), lambda data: read(Choices(data).changed(base)))


def _question(value: Any) -> None:
    read_question(json.dumps(value).encode())


def _node(value: Any) -> None:
    if isinstance(value, dict):
        read_node(value)


def _tensor(data: bytes) -> None:
    """Read a tensor that nearly fits its shape."""
    choices = Choices(data)
    dtype = choices.one_of(sorted(DTYPES))
    shape = tuple(choices.whole(-1, 8) for _ in range(choices.below(5)))
    wanted = max(0, int(np.prod(shape, dtype=np.int64))) * np.dtype(dtype).itemsize
    size = max(0, min(wanted, 1 << 16) + choices.one_of((0, 0, 0, 1, -1)))
    kind = choices.one_of(('tensor', 'image', 'compressed', RESULT))
    if kind == 'image':
        dtype = choices.one_of(
            ('bgr8', 'mono8', '16UC1', '32FC1', 'yuv422_yuy2', 'bayer_rggb8', 'nv12')
        )
        shape = tuple(choices.whole(-1, 2**31) for _ in range(4))
    decode(tensors._record(kind, dtype, shape, (choices.rest() * size or bytes(size))[:size]))


def _answer(data: bytes) -> None:
    """Read an answer whose head is changed, with about as many bytes as it needs."""
    choices = Choices(data)
    good = choices.one_of(tensors.ANSWERS)
    head, _, rest = good.partition(b'\n')
    changed = json.dumps(choices.changed(json.loads(head))).encode()
    size = max(0, len(rest) + choices.one_of((0, 0, 0, 1, -1, 8)))
    content = (choices.rest() + rest)[:size]
    answer = changed + b'\n' + content + bytes(size - len(content))
    decode(tensors._record(RESULT, 'uint8', (len(answer),), answer))


_SENT: Any = {
    'd': {
        'value': {
            'd': {
                'items': 2,
                'parts': [{'t': ['a', 1, 2]}],
                'result': {
                    'r': [
                        'Detections',
                        {
                            'boxes_xyxy': {'a': [0, '<f4', [1, 4]]},
                            'scores': {'a': [0, '<f4', [1]]},
                            'class_ids': {'a': [0, '<i8', [1]]},
                        },
                    ]
                },
            }
        }
    }
}


def _isolated(value: Any) -> None:
    """Read what the process of a task has written into memory that both share."""
    text = json.dumps(value).encode()
    slot = np.zeros(4096 + len(text), np.uint8)
    slot[4096:] = np.frombuffer(text, np.uint8)
    Reader(slot, SENT_RESULTS, copied=True).read(4096, len(text))


_ASKED = load_system(files.put('planned.yaml', _SYSTEM.encode()))
_PLANNED = System(_ASKED, _ASKED.device())
_PLAN = json.dumps({'mapping': {'other': ['cpu0', 'gpu0']}, 'bound_ms': 3.5}).encode()
_TIMES = json.dumps({'detector': 12.5, 'depth': {'p50': 2}}).encode()

TARGETS = (
    _changed_file('system.yaml', _SYSTEM.encode(), _system),
    _changed_file('network.yaml', files.first('network'), _network, most_text=499),
    _changed_file('suite.yaml', files.first('suite'), lambda path: load_suite(str(path))),
    _changed_file('parameters.yaml', files.first('parameters'), read_parameters),
    _changed_file('profile.yaml', files.first('profile'), read_profile),
    _changed_file(
        'placement.yaml',
        files.first('placement'),
        lambda path: load_problem(files.PROBLEM / 'nodes.yaml', path),
    ),
    _changed_file('types.yaml', files.first('types'), load_types),
    _changed_file('plan.json', _PLAN, _plan),
    _changed_file('observed.json', _TIMES, read_observed),
    _changed('request', extender.QUESTION, _question),
    _changed('kubernetes_node', extender.NODE, _node),
    Target('tensor_contents', (b'',), _tensor),
    Target('answer_contents', (b'',), _answer),
    Target(
        'isolated_contents',
        (b'',),
        lambda data: _isolated(Choices(data).changed(_SENT)),
        (ValueError,),
    ),
)
