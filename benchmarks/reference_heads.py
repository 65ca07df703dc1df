# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Reference decoding of detection heads, object by object, in plain Python.

Written from the sources that each decoder's docstring names, and not from the decoders: no grid is
made in advance, nothing is vectorised, and suppression compares each pair.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: box in pixels of the network's input, score, class id
Found = tuple[tuple[float, float, float, float], float, int]
Outputs = Mapping[str, NDArray[Any]]


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the intersection over union of two boxes."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared) if shared else 0.0


def suppressed(found: list[Found], most: float) -> list[Found]:
    """Return the objects that no better one of their class overlaps more, best first."""
    kept: list[Found] = []
    for box, score, class_id in sorted(found, key=lambda one: -one[1]):
        if all(other[2] != class_id or overlap(box, other[0]) <= most for other in kept):
            kept.append((box, score, class_id))
    return kept


def centred(x: float, y: float, width: float, height: float) -> tuple[float, ...]:
    """Return the corners of a box given by its centre."""
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _cells(width: int, height: int, strides: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    for stride in strides:
        for row in range(math.ceil(height / stride)):
            for column in range(math.ceil(width / stride)):
                yield column, row, stride


def _best(chances: NDArray[Any]) -> tuple[float, int]:
    class_id = int(np.argmax(chances))
    return float(chances[class_id]), class_id


def _yolox(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    (raw,) = out.values()
    for values, (column, row, stride) in zip(raw[0], _cells(width, height, (8, 16, 32))):
        if values[4] < least:
            continue
        score, class_id = _best(values[5:])
        x, y = (values[0] + column) * stride, (values[1] + row) * stride
        size = math.exp(values[2]) * stride, math.exp(values[3]) * stride
        yield centred(x, y, *size), score * float(values[4]), class_id


def _yolov5(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    (raw,) = out.values()
    for values in raw[0]:
        if values[4] >= least:
            score, class_id = _best(values[5:])
            yield centred(*values[:4]), score * float(values[4]), class_id


def _yolov8(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    (raw,) = out.values()
    for values in raw[0].T:
        yield centred(*values[:4]), *_best(values[4:])


def _yolov4(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    for box, chances in zip(out['boxes'][0], out['confs'][0]):
        x0, y0, x1, y1 = box[0]
        yield (x0 * width, y0 * height, x1 * width, y1 * height), *_best(chances)


def _queries(rows: Any, width: int, height: int) -> Iterator[Found]:
    for (x, y, w, h), chances in rows:
        yield centred(x * width, y * height, w * width, h * height), *_best(chances)


def _rtdetr_rows(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    (raw,) = out.values()
    yield from _queries(((row[:4], row[4:]) for row in raw[0]), width, height)


def _detr(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    chances = 1 / (1 + np.exp(-out['logits'][0].astype(np.float64)))
    yield from _queries(zip(out['pred_boxes'][0], chances), width, height)


def _ssd(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    for (x0, y0, x1, y1), chances in zip(out['boxes'][0], out['scores'][0]):
        yield (x0 * width, y0 * height, x1 * width, y1 * height), *_best(chances[1:])


def _ssd_lists(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    rows = zip(*(out[f'detection_{part}'][0] for part in ('boxes', 'scores', 'classes')))
    for (y0, x0, y1, x1), score, class_id in rows:
        box = (x0 * width, y0 * height, x1 * width, y1 * height)
        yield box, float(score), int(class_id) - 1


def _efficient_nms(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    for row in range(int(out['num_dets'][0, 0])):
        box = tuple(out['det_boxes'][0, row])
        yield box, float(out['det_scores'][0, row]), int(out['det_classes'][0, row])


def _rtdetr(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    for box, score, class_id in zip(out['boxes'][0], out['scores'][0], out['labels'][0]):
        yield tuple(box), float(score), int(class_id)


def _yolo_end2end(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    (raw,) = out.values()
    for row in raw[0]:
        yield tuple(row[:4]), float(row[4]), int(row[5])


def _yolov7_nms(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    (raw,) = out.values()
    for row in raw:
        yield tuple(row[1:5]), float(row[6]), int(row[5])


def _paddle_nms(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    for row in out['boxes'][: int(out['count'][0])]:
        yield tuple(row[2:]), float(row[1]), int(row[0])


def _mean_distance(logits: NDArray[Any]) -> float:
    powers = [math.exp(value - max(logits)) for value in logits]
    return sum(index * power for index, power in enumerate(powers)) / sum(powers)


def _from_distances(
    rows: Any, offset: float, width: int, height: int, least: float
) -> Iterator[Found]:
    for (chances, logits), (column, row, stride) in zip(
        rows, _cells(width, height, (8, 16, 32, 64))
    ):
        score, class_id = _best(chances)
        if score < least:
            continue
        x, y = (column + offset) * stride, (row + offset) * stride
        left, top, right, bottom = (
            _mean_distance(side) * stride for side in logits.reshape(4, -1)
        )
        yield (x - left, y - top, x + right, y + bottom), score, class_id


def _nanodet(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    (raw,) = out.values()
    rows = ((row[:-32], row[-32:]) for row in raw[0])
    yield from _from_distances(rows, 0.0, width, height, least)


def _picodet(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    levels = list(out.values())
    rows = (
        pair
        for scores, logits in zip(levels[:4], levels[4:])
        for pair in zip(scores[0], logits[0])
    )
    yield from _from_distances(rows, 0.5, width, height, least)


def _fastestdet(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    (raw,) = out.values()
    rows, columns = raw.shape[2:]
    for row in range(rows):
        for column in range(columns):
            values = raw[0, :, row, column]
            chance, class_id = _best(values[5:])
            score = float(values[0]) ** 0.6 * chance**0.4
            x = (column + math.tanh(values[1])) / columns
            y = (row + math.tanh(values[2])) / rows
            w, h = (1 / (1 + math.exp(-value)) for value in values[3:5])
            yield centred(x * width, y * height, w * width, h * height), score, class_id


def _yunet(out: Outputs, width: int, height: int, least: float) -> Iterator[Found]:
    for stride in (8, 16, 32):
        columns = width // stride
        chances, objectness, boxes = (
            out[f'{part}_{stride}'][0] for part in ('cls', 'obj', 'bbox')
        )
        for at, ((chance,), (there,), (x, y, w, h)) in enumerate(zip(chances, objectness, boxes)):
            score = math.sqrt(min(max(chance, 0), 1) * min(max(there, 0), 1))
            if score >= least:
                centre = (at % columns + x) * stride, (at // columns + y) * stride
                yield centred(*centre, math.exp(w) * stride, math.exp(h) * stride), score, 0


Head = Callable[[Outputs, int, int, float], Iterator[Found]]
#: decoder -> its reference, and whether overlapping boxes are suppressed after it
REFERENCES: dict[str, tuple[Head, bool]] = {
    'yolox': (_yolox, True),
    'yolox_decoded': (_yolov5, True),
    'yolov5': (_yolov5, True),
    'yolov8': (_yolov8, True),
    'yolov4': (_yolov4, True),
    'yolo_end2end': (_yolo_end2end, False),
    'yolov7_nms': (_yolov7_nms, False),
    'efficient_nms': (_efficient_nms, False),
    'paddle_nms': (_paddle_nms, False),
    'ssd': (_ssd, True),
    'ssd, TensorFlow': (_ssd_lists, False),
    'detr': (_detr, False),
    'rtdetr': (_rtdetr, False),
    'rtdetr_rows': (_rtdetr_rows, False),
    'nanodet': (_nanodet, True),
    'picodet': (_picodet, True),
    'fastestdet': (_fastestdet, True),
    'yunet': (_yunet, True),
}


def reference(
    name: str, outputs: Outputs, size: tuple[int, int], *, least: float, most: float
) -> list[Found]:
    """
    Return the objects in a head's outputs, best first.

    :param name: a key of :data:`REFERENCES`
    :param size: width and height of the network's input
    :param least: score of an object at least
    :param most: overlap that two objects of a class may have
    """
    head, suppresses = REFERENCES[name]
    found = [one for one in head(outputs, *size, least) if one[1] >= least]
    return suppressed(found, most) if suppresses else sorted(found, key=lambda one: -one[1])
