# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What debug pictures cost: ``dev/env.sh python benchmarks/debug_images.py``.

The end of a job that nobody looks at, and the drawing of a picture of 640x480.
"""

from __future__ import annotations

import statistics
import time

import cv2
import numpy as np

from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.jobs import ON_TIME
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline.debug.painter import Painter
from edge_sched_ros.pipeline.debug.picture import debug_picture

_CALLS, _REPEATS, _PICTURES = 100_000, 7, 40
_WIDTH, _HEIGHT = 640, 480


def _end(result: object) -> JobEnd:
    pixels = np.random.default_rng(0).integers(0, 255, (_HEIGHT, _WIDTH, 3), np.uint8)
    image = SourceImage.from_raw(
        pixels.tobytes(), width=_WIDTH, height=_HEIGHT, encoding='bgr8', step=3 * _WIDTH
    )
    return JobEnd(
        task='detector',
        job=1,
        outcome=ON_TIME,
        reason='',
        frame=Frame('camera', 1, 0, 'camera', image),
        result=result,
        stages=(StageTiming('infer', 'cpu0', 0, 1, 2),),
        release_ns=0,
        deadline_ns=50_000_000,
        response_ns=20_000_000,
        age_ns=0,
        items=1,
        variant='base',
    )


def _results() -> dict[str, object]:
    random = np.random.default_rng(1)
    corners = random.uniform(0, 400, (20, 2))
    boxes = np.hstack([corners, corners + 60]).astype(np.float32)
    scores = np.full(20, 0.5, np.float32)
    half = {'scale_x': 0.5, 'scale_y': 0.5}
    shape = (_HEIGHT // 2, _WIDTH // 2)
    return {
        '20 tracks': Detections(boxes, scores, np.arange(20) % 3, (), np.arange(20)),
        'depth': DepthMap(random.uniform(1, 9, shape).astype(np.float32), **half),
        'classes of pixels': ClassMap(random.integers(0, 19, shape).astype(np.uint8), **half),
    }


def _unwatched_ns() -> float:
    """Return the least time of one call while nobody looks."""
    painter = Painter(frozenset, lambda _end, _missed: None, lambda _error: None, hz=10)
    end, spent = _end(None), []
    for _ in range(_REPEATS):
        began = time.perf_counter_ns()
        for _ in range(_CALLS):
            painter.offer(end)
        spent.append((time.perf_counter_ns() - began) / _CALLS)
    return min(spent)


def main() -> None:
    """Print both."""
    cv2.setNumThreads(1)
    print(f'the end of a job that nobody looks at: {_unwatched_ns():.0f} ns (least of {_REPEATS})')
    for name, result in _results().items():
        spent, end = [], _end(result)
        for _ in range(_PICTURES):
            began = time.thread_time_ns()
            debug_picture(end, missed={}, width_px=960)
            spent.append((time.thread_time_ns() - began) / 1e6)
        print(f'{name}: {statistics.median(spent):.1f} ms of CPU time to draw')


if __name__ == '__main__':
    main()
