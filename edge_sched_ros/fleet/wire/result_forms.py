# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Answers as arrays and plain values, and back."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.masks import Masks
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Detections3D

Arrays = Mapping[str, NDArray[Any]]
#: largest picture of masks, pixels: another device must not make this one fill its memory
_MOST_PIXELS = 1 << 26
_PLACE = ('scale_x', 'scale_y', 'offset_x', 'offset_y')


@dataclass(frozen=True, slots=True)
class ResultForm:
    """
    How answers of one class are sent.

    :param arrays: its arrays, with the types that they may have
    :param taken: returns the arrays of an answer, and what else it has as JSON
    :param made: returns the answer again; raises ValueError when its parts do not fit each other
    """

    arrays: Mapping[str, tuple[str, ...]]
    taken: Callable[[Any], tuple[dict[str, NDArray[Any] | None], dict[str, Any]]]
    made: Callable[[Arrays, Mapping[str, Any]], Any]


def _taken_detections(found: Detections) -> tuple[dict[str, NDArray[Any] | None], dict[str, Any]]:
    arrays: dict[str, NDArray[Any] | None] = {
        'boxes_xyxy': found.boxes_xyxy,
        'scores': found.scores,
        'class_ids': found.class_ids,
        'track_ids': found.track_ids,
        'angles_rad': found.angles_rad,
        'keypoints': found.keypoints,
    }
    plain: dict[str, Any] = {'labels': list(found.labels)}
    if found.keypoint_names:
        plain['keypoint_names'] = list(found.keypoint_names)
    masks = found.masks
    if masks is not None:
        arrays['windows'] = masks.windows
        # eight pixels in a byte
        arrays['mask_bits'] = np.packbits(masks.pixels)
        plain['mask_size'] = [masks.width, masks.height]
        plain['place'] = _place(masks)
    return arrays, plain


def _made_detections(arrays: Arrays, plain: Mapping[str, Any]) -> Detections:
    boxes, scores, ids = (arrays[name] for name in ('boxes_xyxy', 'scores', 'class_ids'))
    count = len(scores)
    if boxes.shape != (count, 4) or ids.shape != (count,):
        raise ValueError('boxes, scores and classes are not equally many')
    for name in ('track_ids', 'angles_rad'):
        if name in arrays and arrays[name].shape != (count,):
            raise ValueError(f'{name} and scores are not equally many')
    points = arrays.get('keypoints')
    if points is not None and (points.ndim != 3 or len(points) != count or points.shape[2] != 3):
        raise ValueError('keypoints and scores are not equally many')
    return Detections(
        boxes,
        scores,
        ids,
        _texts(plain, 'labels'),
        arrays.get('track_ids'),
        arrays.get('angles_rad'),
        points,
        _masks(arrays, plain, count),
        _texts(plain, 'keypoint_names') if 'keypoint_names' in plain else (),
    )


def _masks(arrays: Arrays, plain: Mapping[str, Any], count: int) -> Masks | None:
    if 'windows' not in arrays:
        return None
    windows, size = arrays['windows'], plain.get('mask_size')
    if windows.shape != (count, 4) or not isinstance(size, list) or len(size) != 2:
        raise ValueError('masks and scores are not equally many')
    if not all(type(side) is int and side > 0 for side in size) or prod(size) > _MOST_PIXELS:
        raise ValueError('the masks have no size')
    firsts, ends = windows[:, :2], windows[:, 2:]
    if (firsts < 0).any() or (firsts > ends).any() or (ends > np.array(size)).any():
        raise ValueError('a mask is outside its picture')
    pixels = int((ends - firsts).astype(np.int64).prod(axis=1).sum())
    bits = arrays.get('mask_bits')
    if bits is None or bits.ndim != 1 or len(bits) != -(-pixels // 8):
        raise ValueError('the pixels of masks do not fit their windows')
    flat = np.unpackbits(bits, count=pixels).view(np.bool_)
    return Masks(windows, flat, size[0], size[1], *_placed(plain))


def _taken_3d(found: Detections3D) -> tuple[dict[str, NDArray[Any] | None], dict[str, Any]]:
    arrays: dict[str, NDArray[Any] | None] = {
        'positions_m': found.positions_m,
        'sizes_m': found.sizes_m,
        'scores': found.scores,
        'class_ids': found.class_ids,
        'track_ids': found.track_ids,
    }
    return arrays, {'labels': list(found.labels)}


def _made_3d(arrays: Arrays, plain: Mapping[str, Any]) -> Detections3D:
    positions, sizes, scores, ids = (
        arrays[name] for name in ('positions_m', 'sizes_m', 'scores', 'class_ids')
    )
    count, tracks = len(scores), arrays.get('track_ids')
    if positions.shape != (count, 3) or sizes.shape != (count, 3) or ids.shape != (count,):
        raise ValueError('positions, sizes, scores and classes are not equally many')
    if tracks is not None and tracks.shape != (count,):
        raise ValueError('track_ids and scores are not equally many')
    return Detections3D(positions, sizes, scores, ids, _texts(plain, 'labels'), tracks)


def _taken_depth(found: DepthMap) -> tuple[dict[str, NDArray[Any] | None], dict[str, Any]]:
    return {'depth_m': found.depth_m}, {'place': _place(found)}


def _made_depth(arrays: Arrays, plain: Mapping[str, Any]) -> DepthMap:
    if arrays['depth_m'].ndim != 2:
        raise ValueError('the depth is no picture')
    return DepthMap(arrays['depth_m'], *_placed(plain))


def _taken_class_map(found: ClassMap) -> tuple[dict[str, NDArray[Any] | None], dict[str, Any]]:
    # without what the confidence is made of, which is many times larger
    confidence = found.confidence() if found.sends_confidence else None
    shares = None if confidence is None else np.rint(confidence * 255).astype(np.uint8)
    arrays: dict[str, NDArray[Any] | None] = {'map': found.class_ids, 'shares': shares}
    return arrays, {'place': _place(found), 'labels': list(found.labels)}


def _made_class_map(arrays: Arrays, plain: Mapping[str, Any]) -> ClassMap:
    if arrays['map'].ndim != 2:
        raise ValueError('the classes are no picture')
    shares = arrays.get('shares')
    if shares is not None and shares.shape != arrays['map'].shape:
        raise ValueError('classes and their shares are not equally many')
    return ClassMap(arrays['map'], *_placed(plain), _texts(plain, 'labels'), shares=shares)


def _taken_classes(found: Classes) -> tuple[dict[str, NDArray[Any] | None], dict[str, Any]]:
    arrays: dict[str, NDArray[Any] | None] = {
        'class_ids': found.class_ids,
        'scores': found.scores,
    }
    return arrays, {'labels': list(found.labels)}


def _made_classes(arrays: Arrays, plain: Mapping[str, Any]) -> Classes:
    ids, scores = arrays['class_ids'], arrays['scores']
    if ids.ndim != 1 or ids.shape != scores.shape:
        raise ValueError('classes and scores are not equally many')
    return Classes(ids, scores, _texts(plain, 'labels'))


def _place(placed: Any) -> list[float]:
    return [float(getattr(placed, name)) for name in _PLACE]


def _placed(plain: Mapping[str, Any]) -> tuple[float, float, float, float]:
    place = plain.get('place')
    if not isinstance(place, list) or len(place) != len(_PLACE):
        raise ValueError('it has no place in the picture')
    scale_x, scale_y, offset_x, offset_y = (float(value) for value in place)
    return scale_x, scale_y, offset_x, offset_y


def _texts(plain: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = plain.get(name)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f'{name} are no texts')
    return tuple(texts)


#: kind of answers, the ``output`` of their decoder -> class
ANSWERS: dict[str, type] = {
    'detections': Detections,
    'depth': DepthMap,
    'segmentation': ClassMap,
    'classification': Classes,
}
#: class of answers -> its form
RESULT_FORMS: dict[type, ResultForm] = {
    Detections: ResultForm(
        {
            'boxes_xyxy': ('float32',),
            'scores': ('float32',),
            'class_ids': ('int64',),
            'track_ids': ('int64',),
            'angles_rad': ('float32',),
            'keypoints': ('float32',),
            'windows': ('int32',),
            'mask_bits': ('uint8',),
        },
        _taken_detections,
        _made_detections,
    ),
    Detections3D: ResultForm(
        {
            'positions_m': ('float32',),
            'sizes_m': ('float32',),
            'scores': ('float32',),
            'class_ids': ('int64',),
            'track_ids': ('int64',),
        },
        _taken_3d,
        _made_3d,
    ),
    DepthMap: ResultForm({'depth_m': ('float32',)}, _taken_depth, _made_depth),
    ClassMap: ResultForm(
        {'map': ('uint8', 'uint16'), 'shares': ('uint8',)}, _taken_class_map, _made_class_map
    ),
    Classes: ResultForm(
        {'class_ids': ('int64',), 'scores': ('float32',)}, _taken_classes, _made_classes
    ),
}
