# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The accuracy of results, by the field's standard libraries."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.reporting.hota import hota


@dataclass(frozen=True, slots=True)
class Boxes:
    """
    Boxes of one frame, found or true.

    :param xyxy: Nx4 pixels
    :param labels: N class names
    :param scores: N, 0..1; 1 for true boxes
    :param ids: N identities
    :param ignored: N, true boxes that may be found or not (barely visible objects)
    """

    xyxy: NDArray[np.float64]
    labels: tuple[str, ...]
    scores: tuple[float, ...]
    ids: tuple[str, ...]
    ignored: tuple[bool, ...]


def detection_map50(found: Mapping[int, Boxes], true: Mapping[int, Boxes]) -> float:
    """
    Return the mean average precision at IoU 0.5, 0..1, by pycocotools.

    :param found: stamp -> boxes; without frames that have no result
    :param true: stamp -> boxes; only frames in ``found`` count
    """
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    frames = sorted(set(found) & set(true))
    labels = sorted({label for frame in frames for label in true[frame].labels})
    if not labels:
        return 0.0
    annotations = [
        {
            'image_id': image,
            'category_id': labels.index(label),
            'bbox': _corner_size(box),
            'area': float((box[2] - box[0]) * (box[3] - box[1])),
            'iscrowd': int(ignored),
        }
        for image, frame in enumerate(frames)
        for box, label, ignored in zip(true[frame].xyxy, true[frame].labels, true[frame].ignored)
    ]
    results = [
        {
            'image_id': image,
            'category_id': labels.index(label),
            'bbox': _corner_size(box),
            'score': score,
        }
        for image, frame in enumerate(frames)
        for box, label, score in zip(found[frame].xyxy, found[frame].labels, found[frame].scores)
        if label in labels
    ]
    if not results:
        return 0.0
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO()
        truth.dataset = {
            'images': [{'id': image} for image in range(len(frames))],
            'categories': [{'id': index, 'name': name} for index, name in enumerate(labels)],
            # pycocotools treats an id of zero as no match
            'annotations': [{**row, 'id': n} for n, row in enumerate(annotations, start=1)],
            'info': {},
        }
        truth.createIndex()
        judge = COCOeval(truth, truth.loadRes(results), 'bbox')
        judge.params.iouThrs = np.array([0.5])
        judge.params.maxDets = [1, 10, 100]
        judge.evaluate()
        judge.accumulate()
    precision = judge.eval['precision'][0, :, :, 0, -1]
    known = precision[precision > -1]
    return float(known.mean()) if known.size else 0.0


def _corner_size(box: NDArray[np.float64]) -> list[float]:
    x0, y0, x1, y1 = (float(value) for value in box)
    return [x0, y0, x1 - x0, y1 - y0]


def tracking_idf1(found: Mapping[int, Boxes], true: Mapping[int, Boxes]) -> float:
    """Return IDF1, 0..1, see ``tracking_figures``."""
    return tracking_figures(found, true)['idf1']


def tracking_figures(found: Mapping[int, Boxes], true: Mapping[int, Boxes]) -> dict[str, float]:
    """
    Return ``idf1`` (Ristani et al., 2016) and ``mota`` (CLEAR MOT) by py-motmetrics, and ``hota``.

    All are at most 1; :func:`edge_sched_ros.reporting.hota.hota` has the definition of the last.
    Ignored true boxes are left out, and so are the found boxes that overlap them.
    """
    with warnings.catch_warnings():
        # the library uses deprecated features of pandas and numpy
        warnings.simplefilter('ignore')
        import motmetrics

        accumulator = motmetrics.MOTAccumulator(auto_id=True)
        true_numbers: dict[str, int] = {}
        found_numbers: dict[str, int] = {}
        frames = []
        for frame in sorted(set(found) & set(true)):
            wanted, here = true[frame], _without_ignored(found[frame], true[frame])
            counted = [i for i, ignored in enumerate(wanted.ignored) if not ignored]
            rows = [true_numbers.setdefault(wanted.ids[i], len(true_numbers)) for i in counted]
            columns = [found_numbers.setdefault(one, len(found_numbers)) for one in here.ids]
            overlap = iou(wanted.xyxy[counted], here.xyxy)
            frames.append((rows, columns, overlap))
            accumulator.update(rows, columns, np.where(overlap >= 0.5, 1 - overlap, np.nan))
        metrics = motmetrics.metrics.create()
        table = metrics.compute(accumulator, metrics=['idf1', 'mota'], name='run')
    values = {name: float(table[name].iloc[0]) for name in ('idf1', 'mota')}
    values['hota'] = hota(frames, len(true_numbers), len(found_numbers))['hota']
    return {name: 0.0 if np.isnan(value) else value for name, value in values.items()}


def _without_ignored(found: Boxes, true: Boxes) -> Boxes:
    """Return the found boxes without those that match an ignored box better than a counted one."""
    if not any(true.ignored) or not len(found.xyxy):
        return found
    overlaps = iou(true.xyxy, found.xyxy)
    best = overlaps.argmax(axis=0)
    keep = [
        column
        for column, row in enumerate(best)
        if not (true.ignored[row] and overlaps[row, column] > 0.3)
    ]
    return Boxes(
        found.xyxy[keep],
        tuple(found.labels[i] for i in keep),
        tuple(found.scores[i] for i in keep),
        tuple(found.ids[i] for i in keep),
        tuple(found.ignored[i] for i in keep),
    )


def iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the overlap of every box of a with every box of b, NxM, 0..1."""
    a, b = a.reshape(-1, 1, 4), b.reshape(1, -1, 4)
    inner = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = np.clip(inner, 0, None).prod(axis=-1)
    areas = (a[..., 2:] - a[..., :2]).prod(axis=-1) + (b[..., 2:] - b[..., :2]).prod(axis=-1)
    overlap: NDArray[np.float64] = shared / np.maximum(areas - shared, 1e-9)
    return overlap


def depth_abs_rel(
    found: Mapping[int, NDArray[np.float32]], true: Mapping[int, NDArray[np.float32]]
) -> float:
    """
    Return the mean of |found - true| / true over all pixels where both are known.

    It is the standard error of monocular depth (Eigen et al., 2014); pictures are compared at the
    true one's size.
    """
    import cv2

    errors = []
    for frame in sorted(set(found) & set(true)):
        wanted = true[frame]
        size = (wanted.shape[1], wanted.shape[0])
        here = cv2.resize(found[frame], size, interpolation=cv2.INTER_NEAREST)
        known = np.isfinite(wanted) & np.isfinite(here) & (wanted > 0)
        errors.append(np.abs(here[known] - wanted[known]) / wanted[known])
    together = np.concatenate(errors) if errors else np.zeros(0)
    return float(together.mean()) if together.size else float('nan')
