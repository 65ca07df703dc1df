# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Compare what this package makes of exported networks with what the exporter's own code found.

``dev/env.sh python benchmarks/exported_heads.py FOLDER [NAME ...]``: FOLDER is what
``ultralytics_exports.py`` wrote. Each network gets the YAML file that ``edge-sched import``
proposes, without a change but the thresholds. A detection matches if the exporter's code has its
class, its score within 0.002, and 99 % of its box (IoU; of turned boxes where they are oriented),
with keypoints within 0.1 pixels; a picture of classes or depth by the share of its pixels.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge_sched_ros.execution.network import network_of
from edge_sched_ros.perception.importing.document import as_values
from edge_sched_ros.perception.importing.graph import read_graph
from edge_sched_ros.perception.importing.proposal import propose
from edge_sched_ros.perception.importing.proposal import Wishes
from edge_sched_ros.perception.importing.trial import run_once
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap

_OPTIONS = {'score_threshold': 0.3, 'nms_iou': 0.5, 'max_detections': 300}
_OPTIONS |= {'max_candidates': 30_000}
_OVERLAP, _SCORE, _PIXELS, _DEPTH = 0.99, 0.002, 0.1, 0.01


def overlap(one: Any, other: Any) -> float:
    """Return the IoU of two boxes (centre x, centre y, width, height, angle in radians)."""
    turned = [(tuple(box[:2]), tuple(box[2:4]), math.degrees(box[4])) for box in (one, other)]
    turned = [tuple(map(_plain, box)) for box in turned]
    kind, corners = cv2.rotatedRectangleIntersection(*turned)
    shared = 0.0 if not kind else float(cv2.contourArea(cv2.convexHull(corners)))
    united = float(one[2] * one[3] + other[2] * other[3]) - shared
    return shared / united if united > 0 else 0.0


def _plain(value: Any) -> Any:
    return tuple(map(float, value)) if isinstance(value, tuple) else float(value)


def _centred(boxes: Any, angles: Any) -> Any:
    sides = boxes[:, 2:4] - boxes[:, :2]
    turned = np.zeros(len(boxes)) if angles is None else angles
    return np.column_stack([boxes[:, :2] + sides / 2, sides, turned])


def references(found: Any, index: int, size: tuple[int, int]) -> list[tuple[Any, float, int, Any]]:
    """Return box, score, class and keypoints of what the exporter's code found in a picture."""
    width, height = size
    if f'obb{index}' in found:
        return [(row[:5], float(row[5]), int(row[6]), None) for row in found[f'obb{index}']]
    rows = found[f'boxes{index}'].copy()
    rows[:, :4] = np.clip(rows[:, :4], 0, [width, height, width, height])
    points = found[f'keypoints{index}'] if f'keypoints{index}' in found else [None] * len(rows)
    boxes = _centred(rows, None)
    return [
        (box, float(row[4]), int(row[5]), point)
        for box, row, point in zip(boxes, rows, points)
        # this package leaves out what lies in the padding only
        if box[2] > 0 and box[3] > 0
    ]


def matches(ours: Any, theirs: list[tuple[Any, float, int, Any]], size: tuple[int, int]) -> int:
    """Return how many detections match."""
    left, hits = list(theirs), 0
    for at, box in enumerate(_centred(ours.boxes_xyxy, ours.angles_rad)):
        for one in left:
            other, score, class_id, points = one
            same = class_id == ours.class_ids[at] and abs(score - ours.scores[at]) < _SCORE
            if not same or overlap(box, other) < _OVERLAP:
                continue
            if points is not None:
                own = np.clip(ours.keypoints[at][:, :2], 0, size)
                if np.abs(own - points[:, :2]).max() > _PIXELS:
                    continue
            left.remove(one)
            hits += 1
            break
    return hits


def compare(folder: Path, name: str) -> str:
    """Return a row of the table for one network."""
    found = np.load(folder / f'{name}.npz')
    values = as_values(propose(read_graph(folder / f'{name}.onnx'), Wishes()), folder)
    decoder, options = values['decoder'], dict(values.get('decoder_options', {}))
    if decoder not in ('classification', 'segmentation') and 'depth' not in decoder:
        options |= _OPTIONS
    spec = network_of(folder / f'{name}.yaml', {**values, 'decoder_options': options})
    theirs = ours = hits = 0
    pictures = sorted(folder.glob('shot*.png'))
    for index, file in enumerate(pictures):
        picture = cv2.imread(str(file))
        result, _ = run_once(spec, picture, str(file))
        size = (picture.shape[1], picture.shape[0])
        if isinstance(result, Classes):
            chances = found[f'probs{index}']
            best = int(chances.argmax())
            same = abs(float(chances[best]) - float(result.scores[0])) < _SCORE
            counts = (1, 1, int(same and best == result.class_ids[0]))
        elif isinstance(result, ClassMap):
            own = cv2.resize(result.class_ids, size, interpolation=cv2.INTER_NEAREST)
            same = own == found[f'semantic_mask{index}']
            counts = (same.size, same.size, int(same.sum()))
        elif isinstance(result, DepthMap):
            known, own = found[f'depth{index}'], cv2.resize(result.depth_m, size)
            near = np.abs(own - known) < _DEPTH * known
            counts = (near.size, near.size, int(near.sum()))
        else:
            wanted = references(found, index, size)
            counts = (len(wanted), len(result), matches(result, wanted, size))
        theirs, ours, hits = (a + b for a, b in zip((theirs, ours, hits), counts))
    share = hits / max(1, theirs, ours)
    return f'| {name} | `{decoder}` | {theirs} | {ours} | {hits} | {share:.2%} |'


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('folder', type=Path)
    parser.add_argument('names', nargs='*')
    arguments = parser.parse_args()
    names = arguments.names or sorted(one.stem for one in arguments.folder.glob('*.npz'))
    print('| network | decoder | of its own code | found | matched | share |')
    print('| --- | --- | --- | --- | --- | --- |')
    for name in names:
        print(compare(arguments.folder, name), flush=True)


if __name__ == '__main__':
    main()
