# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What exporters write into ONNX files, from which import proposes a network's file."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from exports import all_exports
from exports.export import Export

from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.importing.document import as_values
from edge_sched_ros.perception.importing.document import document
from edge_sched_ros.perception.importing.graph import OnnxGraph
from edge_sched_ros.perception.importing.proposal import propose
from edge_sched_ros.perception.importing.proposal import Wishes
from fuzz.target import Target

_FOLDER = Path('nowhere')
_NAMES = (
    'yolov8n',
    'yolo11n_dynamic',
    'yolov8n-seg',
    'yolov8n-pose',
    'yolo26n-obb',
    'yolov5s',
    'picodet_s_320_nms',
)


def _propose(data: bytes) -> None:
    """Read JSON of metadata, inputs and outputs, as an ONNX file has them."""
    try:
        metadata, inputs, outputs = json.loads(data)
        texts = all(isinstance(text, str) for text in metadata.values())
        infos = [tuple(_info(*one) for one in each) for each in (inputs, outputs)]
    except (ValueError, TypeError, AttributeError, RecursionError):
        return
    if not texts:
        return
    proposal = propose(OnnxGraph(_FOLDER / 'net.onnx', infos[0], infos[1], metadata), Wishes())
    written = yaml.safe_load(document(proposal, _FOLDER))
    assert written['decoder'] == as_values(proposal, _FOLDER)['decoder']


def _info(name: object, kind: object, shape: list[object]) -> TensorInfo:
    """Return a tensor; :raises ValueError: for one that an ONNX file cannot have."""
    sizes = tuple(size if type(size) is int else None for size in shape)
    if not isinstance(name, str) or not isinstance(kind, str):
        raise ValueError('no name')
    if any(not 0 <= size < 2**63 for size in sizes if size is not None):
        raise ValueError('no size')
    return TensorInfo(name, sizes, kind)


def _good(export: Export) -> bytes:
    tensors = [
        [
            [name.rpartition(' ')[2], name.rpartition(' ')[0] or 'float32', list(shape)]
            for name, shape in each.items()
        ]
        for each in (export.inputs, export.outputs)
    ]
    return json.dumps([dict(export.metadata), *tensors]).encode()


TARGETS = (Target('exports', tuple(_good(all_exports()[name]) for name in _NAMES), _propose),)
