# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
CPU time of steps in Python and natively: ``dev/env.sh python benchmarks/native_kernels.py``.

Both forms run in turn on the same input. Times are those of the calling thread, so that other
programs matter less; the median of all runs is shown.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.native.loading import extension
from edge_sched_ros.native.loading import VARIABLE
from edge_sched_ros.native.loading import why_not
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.trackers.bytetrack import ByteTracker

Step = Callable[[], Any]
_RANDOM = np.random.default_rng(1)


def _prepared(encoding: str, source: tuple[int, int], target: tuple[int, int]) -> Step:
    width, height = source
    data = _RANDOM.integers(0, 256, width * height * 3, dtype=np.uint8)
    spec, made_by = InputSpec(*target, scale=1 / 255), OpenCvPreprocessor()

    def run() -> Any:
        # a new frame each time: what is converted once is not kept
        image = SourceImage.from_raw(
            data, width=width, height=height, encoding=encoding, step=3 * width
        )
        return made_by.prepare(image, spec)

    return run


def _cropped(count: int) -> Step:
    data = _RANDOM.integers(0, 256, 640 * 480 * 3, dtype=np.uint8)
    image = SourceImage.from_raw(data, width=640, height=480, encoding='bgr8', step=1920)
    corners = _RANDOM.uniform(0, 400, (count, 2))
    boxes = np.concatenate([corners, corners + _RANDOM.uniform(30, 120, (count, 2))], axis=1)
    spec, made_by = InputSpec(32, 48, resize='stretch'), OpenCvPreprocessor()
    return lambda: made_by.crops(image, boxes.astype(np.float32), spec)


def _decoded(name: str, raw: Any, size: tuple[int, int], labels: int = 0, **options: Any) -> Step:
    file = Path('no_such_net.onnx')
    names = tuple(str(index) for index in range(labels))
    picture = InputSpec(*size, resize='stretch')
    spec = NetworkSpec('net', Path('net.yaml'), file, picture, name, options, names)
    decoder = make_decoder(spec, (TensorInfo('output0', raw.shape, 'float32'),), {})
    way = fit(spec.input, 640, 480)
    return lambda: decoder.result([raw], way)


def _yolox(size: tuple[int, int], strides: list[int], classes: int) -> Any:
    cells = sum(size[0] // stride * (size[1] // stride) for stride in strides)
    raw = _RANDOM.normal(0, 0.5, (1, cells, 5 + classes)).astype(np.float32)
    raw[0, :, 2:4] += 1
    raw[0, :, 4:] = _RANDOM.uniform(0, 0.2, (cells, 1 + classes))
    raw[0, _RANDOM.permutation(cells)[:30], 4:6] = 0.9
    return raw


def _yolov8() -> Any:
    raw = _RANDOM.uniform(0, 0.2, (1, 84, 8400)).astype(np.float32)
    raw[0, :4] = _RANDOM.uniform(10, 500, (4, 8400))
    raw[0, 6, _RANDOM.permutation(8400)[:60]] = 0.8
    return raw


def _end2end() -> Any:
    rows = np.zeros((1, 300, 6), np.float32)
    rows[0, :, :2] = _RANDOM.uniform(0, 500, (300, 2))
    rows[0, :, 2:4] = rows[0, :, :2] + _RANDOM.uniform(5, 100, (300, 2))
    rows[0, :20, 4] = 0.8
    return rows


def _tracked(count: int) -> Step:
    """Return the tracking of objects that move, one more frame in each call."""
    tracker = ByteTracker()
    corners, looks = _RANDOM.uniform(0, 1200, (count, 2)), _RANDOM.normal(size=(count, 64))
    sizes, moved = _RANDOM.uniform(30, 90, (count, 2)), np.arange(1_000_000.0)
    looks = (looks / np.linalg.norm(looks, axis=1, keepdims=True)).astype(np.float32)
    scores, classes = np.full(count, 0.9, np.float32), np.zeros(count, np.int64)
    frames = iter(moved)

    def run() -> Any:
        left_top = corners + next(frames) % 100
        boxes = np.concatenate([left_top, left_top + sizes], axis=1).astype(np.float32)
        return tracker.update(Detections(boxes, scores, classes), looks)

    return run


def steps() -> Iterator[tuple[str, Callable[[], Step]]]:
    """Yield the name of each step, and what makes it in the form that is chosen then."""
    for encoding, source, target in (
        ('bgr8', (640, 480), (320, 240)),
        ('rgb8', (640, 480), (320, 240)),
        ('bgr8', (640, 480), (160, 120)),
        ('bgr8', (1280, 720), (640, 640)),
        ('bgr8', (1920, 1080), (416, 416)),
    ):
        sizes = f'{source[0]}x{source[1]} to {target[0]}x{target[1]}'
        yield (
            f'preprocess {encoding} {sizes}',
            lambda e=encoding, s=source, t=target: _prepared(e, s, t),
        )
    yield '8 crops of 32x48', lambda: _cropped(8)
    small, large = _yolox((320, 240), [8, 16], 3), _yolox((640, 640), [8, 16, 32], 80)
    yield (
        'yolox 1500 cells, 3 classes',
        lambda: _decoded('yolox', small, (320, 240), 3, strides=[8, 16]),
    )
    yield 'yolox 8400 cells, 80 classes', lambda: _decoded('yolox', large, (640, 640), 80)
    dense, rows = _yolov8(), _end2end()
    yield 'yolov8 8400 cells, 80 classes', lambda: _decoded('yolov8', dense, (640, 640), 80)
    yield 'yolo_end2end 300 rows', lambda: _decoded('yolo_end2end', rows, (640, 640))
    plane = _RANDOM.uniform(0.05, 2, (1, 1, 120, 160)).astype(np.float32)
    yield 'depth_inverse 160x120', lambda: _decoded('depth_inverse', plane, (160, 120))
    for count in (8, 50):
        yield f'{count} tracks with appearance', lambda c=count: _tracked(c)


def measured(make: Callable[[], Step], runs: int) -> tuple[float, float]:
    """Return the median of the CPU time in Python and natively, in microseconds."""
    forms = []
    for value in ('off', ''):
        os.environ[VARIABLE] = value
        forms.append((value, make()))
    times: dict[str, list[float]] = {'off': [], '': []}
    for _ in range(runs):
        for value, step in forms:
            os.environ[VARIABLE] = value
            begin = time.thread_time_ns()
            step()
            times[value].append((time.thread_time_ns() - begin) / 1e3)
    return float(np.median(times['off'])), float(np.median(times['']))


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--runs', type=int, default=300)
    runs = parser.parse_args().runs
    if extension() is None:
        print(f'the native data path {why_not()}')
        return 1
    cv2.setNumThreads(1)
    print('| step | Python, us | native, us | ratio |')
    print('| --- | --- | --- | --- |')
    for name, make in steps():
        python, native = measured(make, runs)
        print(f'| {name} | {python:.0f} | {native:.0f} | {python / native:.1f} |')
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
