# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Measure decoders of masks, keypoints, oriented boxes and classes of pixels.

Agreement with test/helpers/reference_kinds.py, which decodes one object and one pixel at a time,
on random outputs of the sizes of real exports; and the CPU time of decoding, with one thread.

Usage, with OMP_NUM_THREADS=1 and OPENBLAS_NUM_THREADS=1:
dev/env.sh python benchmarks/heads_beside_boxes.py [--outputs N]
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1] / 'test' / 'helpers'))

import random_heads
import reference_kinds as reference
from decoding import decoder_of

from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.transform import fit

SIZE, CELLS, OBJECTS = (640, 640), 8400, 20
#: a 1280x720 picture
WAY = fit(InputSpec(*SIZE), 1280, 720)
_RUNS = 15


def time_ms(decode: Callable[[], Any]) -> float:
    """Return the median CPU time of a call."""
    decode()
    times = []
    for _ in range(_RUNS):
        started = time.process_time()
        decode()
        times.append((time.process_time() - started) * 1e3)
    return statistics.median(times)


def masks(seed: int) -> tuple[int, int, float]:
    """Return how many masks have an IoU of 0.98 at least, of how many, and the time."""
    rng = np.random.default_rng(seed)
    coarse = rng.normal(size=(32, 20, 20)).astype(np.float32)
    prototypes = np.kron(coarse, np.ones((8, 8), np.float32))[None]
    rows = random_heads.dense(
        rng,
        count=OBJECTS,
        classes=80,
        size=SIZE,
        rest=lambda n: rng.normal(size=(n, 32)),
        cells=CELLS,
    )
    decoder = decoder_of('yolo_seg', rows, prototypes, size=SIZE)
    found = decoder.decode([rows, prototypes], WAY)
    wanted = upright(rows, 80)
    good = 0
    for index, (_, _, box, rest) in enumerate(wanted[: len(found)]):
        whole = reference.mask(rest, prototypes[0], box, SIZE)[140:500]
        mine = found.masks.whole(index)
        good += (mine & whole).sum() >= 0.98 * max(1, (mine | whole).sum())
    spent = time_ms(lambda: decoder.decode([rows, prototypes], WAY))
    return good, max(len(found), len(wanted)), spent


def upright(rows: np.ndarray, classes: int) -> list[Any]:
    """Return what the reference keeps of a dense head of upright boxes."""
    found = [
        (score, which, reference.corners_of(box), rest)
        for score, which, box, rest in reference.dense_candidates(rows, classes, 0.3)
    ]
    return reference.best_rows(found, reference.upright_iou, 0.5)


def keypoints(seed: int) -> tuple[int, int, float]:
    """Return how many keypoints lie within 0.1 pixels, of how many, and the time."""
    rng = np.random.default_rng(seed)
    rows = random_heads.dense(
        rng,
        count=OBJECTS,
        classes=1,
        size=SIZE,
        rest=lambda n: rng.uniform(0, 640, (n, 51)),
        cells=CELLS,
    )
    decoder = decoder_of('yolo_pose', rows, size=SIZE, labels=('person',))
    found, wanted = decoder.decode([rows], WAY), upright(rows, 1)
    good = 0
    for index, (*_, rest) in enumerate(wanted[: len(found)]):
        for at, (x, y, _) in enumerate(np.reshape(rest, (17, 3))):
            place = reference.to_source(x, y, WAY)
            good += math.dist(place, found.keypoints[index, at, :2]) < 0.1
    spent = time_ms(lambda: decoder.decode([rows], WAY))
    return good, 17 * max(len(found), len(wanted)), spent


def oriented(seed: int) -> tuple[int, int, float]:
    """Return how many oriented boxes have an IoU of 0.99 at least, of how many, and the time."""
    rng = np.random.default_rng(seed)

    def angles(count: int) -> np.ndarray:
        own = np.repeat(rng.uniform(-math.pi / 4, 3 * math.pi / 4, OBJECTS), count // OBJECTS)
        return (own + rng.normal(0, 0.01, count))[:, None]

    rows = random_heads.dense(rng, count=OBJECTS, classes=15, size=SIZE, rest=angles, cells=CELLS)
    decoder = decoder_of('yolo_obb', rows, size=SIZE)
    found = decoder.decode([rows], WAY)
    candidates = [
        (score, which, [*box, *rest])
        for score, which, box, rest in reference.dense_candidates(rows, 15, 0.3)
    ]
    wanted = reference.best_rows(candidates, reference.turned_likeness, 0.5)
    good = 0
    for index, (_, _, box) in enumerate(wanted[: len(found)]):
        x0, y0, x1, y1 = (float(side) for side in found.boxes_xyxy[index])
        mine = (
            ((x0 + x1) / 2, (y0 + y1) / 2),
            (x1 - x0, y1 - y0),
            math.degrees(float(found.angles_rad[index])),
        )
        true = (
            reference.to_source(box[0], box[1], WAY),
            (box[2] / WAY.scale_x, box[3] / WAY.scale_y),
            math.degrees(box[4]),
        )
        _, shared = cv2.rotatedRectangleIntersection(mine, true)
        inner = 0.0 if shared is None else cv2.contourArea(cv2.convexHull(shared))
        areas = math.prod(mine[1]) + math.prod(true[1])
        good += inner / (areas - inner) >= 0.99
    spent = time_ms(lambda: decoder.decode([rows], WAY))
    return good, max(len(found), len(wanted)), spent


def segmentation(seed: int) -> tuple[int, int, float]:
    """Return how many pixels have the class of the reference, of how many, and the time."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(1, 19, 512, 1024)).astype(np.float32)
    way = fit(InputSpec(1024, 512), 1280, 720)
    decoder = decoder_of('segmentation', scores, size=(1024, 512))
    found = decoder.decode([scores], way)
    left = round(way.offset_x)
    part = scores[0, :, :, left : left + found.class_ids.shape[1]]
    best = np.full(part.shape[1:], -np.inf)
    ids = np.zeros(part.shape[1:], int)
    for index, plane in enumerate(part):
        for row in range(len(plane)):
            better = plane[row] > best[row]
            ids[row][better], best[row][better] = index, plane[row][better]
    spent = time_ms(lambda: decoder.decode([scores], way))
    return int((found.class_ids == ids).sum()), ids.size, spent


HEADS = {
    'yolo_seg, masks with IoU >= 0.98': masks,
    'yolo_pose, keypoints within 0.1 pixels': keypoints,
    'yolo_obb, boxes with IoU >= 0.99': oriented,
    'segmentation, pixels of the same class': segmentation,
}


def main() -> None:
    """Print a row for each decoder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--outputs', type=int, default=10, help='random outputs per decoder')
    count = parser.parse_args().outputs
    cv2.setNumThreads(1)
    print('| decoder | matched | of | share | decoding, ms of CPU |')
    print('| --- | --- | --- | --- | --- |')
    for name, measure in HEADS.items():
        rows = [measure(seed) for seed in range(count)]
        good, total = sum(row[0] for row in rows), sum(row[1] for row in rows)
        spent = statistics.median(row[2] for row in rows)
        print(f'| {name} | {good} | {total} | {100 * good / total:.2f} % | {spent:.2f} |')


if __name__ == '__main__':
    main()
