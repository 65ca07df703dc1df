# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Outputs of networks of any shape, type and value, as every decoder reads them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Embeddings
from fuzz.choices import Choices
from fuzz.target import FindingError
from fuzz.target import Target

#: a network's input and the pictures that it gets
_SIDE, _PICTURE = 64, (80, 60)
_FLOAT, _WHOLE = 'float32', 'int64'
#: one row of an output: name, shape and type
Output = tuple[str, tuple[int, ...], str]


@dataclass(frozen=True)
class Head:
    """
    Outputs that a decoder reads, and values of a scene without objects.

    :param outputs: name, shape and type of each
    :param add: what is added to small random numbers
    :param pixels: the same for the four sides of boxes, the first columns
    """

    outputs: tuple[Output, ...]
    options: tuple[tuple[str, Any], ...] = ()
    add: float = 0.0
    pixels: float = 0.0


def _one(*shape: int, add: float = 0.0, pixels: float = 0.0, **options: Any) -> Head:
    return Head((('out0', shape, _FLOAT),), tuple(options.items()), add, pixels)


def _head(*outputs: tuple[Any, ...], **options: Any) -> Head:
    typed = tuple((name, shape, *(kind or [_FLOAT])) for name, shape, *kind in outputs)
    return Head(typed, tuple(options.items()))


_CELLS = (64, 16, 4, 1)
#: decoder -> outputs that it reads
HEADS: dict[str, Head] = {
    'classification': _one(1, 10),
    'depth_disparity': _one(1, 1, 32, 32, add=1.0, focal_px=9.0, baseline_m=1.0),
    'depth_inverse': _one(1, 1, 32, 32, add=1.0),
    'depth_metric': _one(1, 1, 32, 32, add=1.0),
    'detr': _head(('boxes', (1, 40, 4)), ('logits', (1, 40, 3)), activation='sigmoid'),
    'efficient_nms': _head(
        ('num_dets', (1, 1), 'int32'),
        ('det_boxes', (1, 40, 4)),
        ('det_scores', (1, 40)),
        ('det_classes', (1, 40), 'int32'),
    ),
    'embedding': _one(3, 8, add=1.0),
    'fastestdet': _one(1, 8, 4, 4),
    'nanodet': _one(1, 85, 35),
    'paddle_nms': _head(('boxes', (40, 6)), ('count', (1,), 'int32')),
    'picodet': _head(
        *((f'scores_{n}', (1, n, 3)) for n in _CELLS), *((f'at_{n}', (1, n, 32)) for n in _CELLS)
    ),
    'rtdetr': _head(('labels', (1, 40), _WHOLE), ('boxes', (1, 40, 4)), ('scores', (1, 40))),
    'rtdetr_rows': _one(1, 40, 7),
    'segmentation': _one(1, 5, 32, 32),
    'ssd': _head(('boxes', (1, 40, 4)), ('scores', (1, 40, 3))),
    'yolo_end2end': _one(1, 40, 6),
    'yolo_obb': _one(1, 7, 84),
    'yolo_pose': _one(1, 20, 84),
    'yolo_seg': _head(('rows', (1, 39, 84)), ('prototypes', (1, 32, 16, 16))),
    'yolov4': _head(('boxes', (1, 40, 1, 4)), ('scores', (1, 40, 3))),
    'yolov5': _one(1, 40, 7),
    'yolov5_seg': _head(('rows', (1, 1100, 40)), ('prototypes', (1, 32, 16, 16))),
    'yolov7_nms': _one(40, 7),
    'yolov8': _one(1, 6, 84),
    'yolox': _one(1, 84, 7),
    'yolox_decoded': _one(1, 84, 7, pixels=30.0),
    'yunet': _head(
        *(
            (f'{part}_{stride}', (1, (_SIDE // stride) ** 2, columns))
            for part, columns in (('cls', 1), ('obj', 1), ('bbox', 4), ('kps', 10))
            for stride in (8, 16, 32)
        )
    ),
}
_NAMES = tuple(HEADS)
_SIZES = (0, 1, 2, 3, 4, 5, 6, 7, 32, 40, 84, 85)
_TYPES = ('float16', 'float64', 'int32', 'int64', 'uint8', 'int8', 'bool')
_VALUES = (0.0, 1.0, -1.0, 0.9, 50.0, 1e9, -1e30, 3e38, float('nan'), float('inf'), -float('inf'))
_MOST = 1 << 17
#: how far a clipped number may be off
_LITTLE = 1e-3


def decode(data: bytes) -> None:
    """
    Decode what the bytes choose; the first one is the number of the decoder.

    :raises EdgeSchedError: when it is refused
    :raises FindingError: when the result cannot be
    """
    choices = Choices(data)
    name = choices.one_of(_NAMES)
    head = HEADS[name]
    outputs = [_changed(choices, one) for one in head.outputs if choices.below(40) != 1]
    picture = InputSpec(_SIDE, _SIDE, resize=choices.one_of(('letterbox', 'crop', 'stretch')))
    labels = choices.one_of(((), ('a',), ('a', 'b'), ('a', 'b', 'c')))
    options = {**dict(head.options), **_chosen(choices, name)}
    spec = NetworkSpec('net', Path('net.yaml'), Path('no.onnx'), picture, name, options, labels)
    infos = tuple(TensorInfo(one, _declared(choices, shape), t) for one, shape, t in outputs)
    decoder = make_decoder(spec, infos, {})
    arrays = [_filled(choices, shape, kind, head) for _, shape, kind in outputs]
    with np.errstate(all='ignore'):
        _check(decoder.result(arrays, fit(picture, *_PICTURE)))


def _changed(choices: Choices, output: Output) -> Output:
    name, shape, kind = output
    sizes = [choices.one_of(_SIZES) if choices.below(16) == 1 else size for size in shape]
    if choices.below(24) == 1:
        sizes = sizes[1:] if choices.below(2) else [*sizes, choices.one_of(_SIZES)]
    if np.prod(sizes) > _MOST:
        sizes = list(shape)
    return name, tuple(sizes), choices.one_of(_TYPES) if choices.below(10) == 1 else kind


def _declared(choices: Choices, shape: tuple[int, ...]) -> tuple[int | None, ...]:
    """Return the shape in the file, which may leave sizes open."""
    return tuple(None if choices.below(12) == 1 else size for size in shape)


def _chosen(choices: Choices, name: str) -> dict[str, Any]:
    kind, found = decoder_classes()[name], {}
    for option, default in kind.defaults.items():
        if choices.below(8) != 1:
            continue
        limits = kind.ranges.get(option)
        value = default if limits is None else type(default)(choices.one_of(limits))
        found[option] = choices.json() if choices.below(4) == 1 else value
    return found


def _filled(choices: Choices, shape: tuple[int, ...], kind: str, head: Head) -> Any:
    """Return small numbers, or others, with some that are still others."""
    draw = np.random.default_rng(choices.below(256))
    scale = choices.one_of((0.01, 1.0, 10.0, 1e3, 1e30, 0.0, -1.0))
    values = draw.random(shape) * scale + head.add
    if shape:
        values[..., :4] += head.pixels
    flat = values.reshape(-1)
    for _ in range(choices.below(6)):
        if flat.size:
            start, step = choices.below(256) % flat.size, 1 + choices.below(8)
            flat[start : start + choices.below(256) : step] = choices.one_of(_VALUES)
    if choices.below(16) == 1:
        flat[:] = choices.one_of(_VALUES)
    with np.errstate(all='ignore'):
        return values.astype(kind)


def _check(result: Any) -> None:
    """Check that a result is one that may be published; :raises FindingError: when it is not."""
    if isinstance(result, Detections):
        boxes, scores = result.boxes_xyxy, result.scores
        _must(boxes.shape == (len(result), 4) and len(result.class_ids) == len(result), 'lengths')
        _must(np.isfinite(boxes).all(), 'boxes')
        if result.angles_rad is None:
            greatest = np.array(_PICTURE * 2) + _LITTLE
            _must((boxes >= -_LITTLE).all() and (boxes <= greatest).all(), 'outside')
        else:
            _must(np.isfinite(result.angles_rad).all(), 'angles')
        _must((result.class_ids >= 0).all(), 'classes')
        _must_be_chances(scores)
        _must(result.keypoints is None or np.isfinite(result.keypoints).all(), 'keypoints')
        _must(result.masks is None or len(result.masks) == len(result), 'masks')
    elif isinstance(result, Classes):
        _must_be_chances(result.scores)
    elif isinstance(result, DepthMap):
        _must(result.depth_m.ndim == 2 and not np.isinf(result.depth_m).any(), 'depth')
    elif isinstance(result, ClassMap):
        _must(result.class_ids.ndim == 2 and result.class_ids.size > 0, 'map')
        confidence = result.confidence()
        if confidence is not None:
            _must_be_chances(confidence)
    else:
        assert isinstance(result, Embeddings)
        _must(np.isfinite(result.vectors).all(), 'vectors')


def _must_be_chances(scores: Any) -> None:
    good = (scores >= -2 * _LITTLE) & (scores <= 1 + 2 * _LITTLE)
    _must(good.all(), f'scores {scores[~good][:3]}')


def _must(holds: Any, what: str) -> None:
    if not holds:
        raise FindingError(f'impossible {what}')


TARGETS = (
    Target(
        'decoders',
        tuple(bytes([number]) for number in range(len(HEADS))),
        decode,
        (ConfigError, InvalidOutputError),
    ),
)
