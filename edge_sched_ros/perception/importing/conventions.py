# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How the programs that networks come from make the input: colour, scale, mean, resize.

An ONNX file does not tell this, so each convention names where its facts are published, and the
proposal repeats that as a doubt unless the exporter has written its own name into the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.perception.decoders.metadata import is_rtdetr
from edge_sched_ros.perception.importing.convention_rules import AVERAGED
from edge_sched_ros.perception.importing.convention_rules import IMAGENET
from edge_sched_ros.perception.importing.convention_rules import RGB
from edge_sched_ros.perception.importing.convention_rules import RULES
from edge_sched_ros.perception.importing.convention_rules import STRETCHED
from edge_sched_ros.perception.importing.convention_rules import UNIT_SCALE
from edge_sched_ros.perception.importing.convention_rules import YOLO
from edge_sched_ros.perception.importing.graph import OnnxGraph
from edge_sched_ros.perception.importing.metadata import Told

#: factors that differ by less from 1/255 are rounded
_ROUNDED = 1e-6
#: filters of Pillow by number, as Hugging Face writes them -> interpolation
_FILTERS = {0: 'nearest', 4: 'area'}
_BILINEAR = 2


@dataclass(frozen=True, slots=True)
class Convention:
    """
    The input of the networks of one program.

    :param values: keys of ``input``
    :param source: the program, and where its preprocessing is published
    :param told: whether the network's own files tell it
    :param doubts: what they tell but ``input`` cannot say, one sentence each
    """

    values: Mapping[str, Any]
    source: str
    told: bool = False
    doubts: tuple[str, ...] = ()


def convention_of(decoder: str, graph: OnnxGraph, told: Told) -> Convention | None:
    """Return how the input of a network is made; ``None`` if nothing is known."""
    if told.picture:
        return _of_hugging_face(told.picture)
    if told.exporter == 'ultralytics':
        return _of_ultralytics(graph, told)
    if told.exporter == 'yolov5' and decoder == 'classification':
        values = {**RGB, **IMAGENET, 'resize': 'crop'}
        return Convention(
            values, 'YOLOv5, utils/augmentations.py (classify_transforms)', told=True
        )
    if told.exporter == 'yolov5':
        return Convention(YOLO, 'YOLOv5, utils/augmentations.py (letterbox)', told=True)
    for rule in RULES:
        if decoder in rule.decoders and rule.applies(graph):
            return Convention(rule.values, rule.source, doubts=rule.doubts)
    return None


def _of_ultralytics(graph: OnnxGraph, told: Told) -> Convention:
    if told.task == 'classify':
        # torchvision's Resize averages
        values = {**RGB, 'resize': 'crop', 'interpolation': 'area'}
        return Convention(values, 'Ultralytics, data/augment.py (classify_transforms)', told=True)
    if told.task == 'depth':
        source = 'Ultralytics, models/yolo/depth/predict.py (scale_fill)'
        return Convention(STRETCHED, source, told=True)
    if is_rtdetr(graph.metadata):
        return Convention(STRETCHED, 'Ultralytics, models/rtdetr/predict.py', told=True)
    return Convention(YOLO, 'Ultralytics, data/augment.py (LetterBox)', told=True)


def _of_hugging_face(picture: Mapping[str, Any]) -> Convention:
    """Return the input that an image processor's configuration describes."""
    values: dict[str, Any] = {'colour': 'rgb', 'resize': 'stretch'}
    doubts = []
    if picture.get('do_center_crop') is True:
        values['resize'] = 'crop'
    if picture.get('do_pad') is True and 'pad_size' in picture:
        values |= {'resize': 'letterbox', 'align': 'topleft', 'pad': 0}
    if picture.get('do_rescale', True) is True:
        factor = picture.get('rescale_factor')
        exact = not isinstance(factor, float) or abs(255 * factor - 1) < _ROUNDED
        values['scale'] = UNIT_SCALE if exact else factor
    if picture.get('do_normalize', True) is True:
        for key, name in (('mean', 'image_mean'), ('std', 'image_std')):
            if isinstance(numbers := picture.get(name), list) and len(numbers) == 3:
                values[key] = numbers
    size = picture.get('size')
    if isinstance(size, dict) and 'shortest_edge' in size and values['resize'] == 'stretch':
        doubts.append('Its pictures keep their proportions there (shortest_edge); here stretched.')
    filter_ = picture.get('resample', _BILINEAR)
    if filter_ == _BILINEAR:
        doubts.append(AVERAGED)
    elif filter_ not in _FILTERS:
        doubts.append(f'Its pictures are resized by filter {filter_} of Pillow; here linearly.')
    else:
        values['interpolation'] = _FILTERS[filter_]
    return Convention(values, 'preprocessor_config.json', told=True, doubts=tuple(doubts))
