# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Time of ``bytetrack`` with many boxes: ``dev/env.sh python benchmarks/tracking_crowd.py``.

All boxes have a track and an appearance of 128 numbers, and move a little from frame to frame.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.trackers.bytetrack import ByteTracker

_LABELS = ('a', 'b', 'c')


def frames(boxes: int, count: int) -> Iterator[tuple[Detections, NDArray[np.float32]]]:
    """Yield frames with that many boxes, and their appearance."""
    draws = np.random.default_rng(0)
    places = draws.uniform(0, 1200, (boxes, 2))
    sizes = draws.uniform(30, 90, (boxes, 2))
    looks = draws.normal(size=(boxes, 128))
    classes = draws.integers(0, len(_LABELS), boxes)
    for index in range(count):
        corners = places + 1.5 * index + draws.normal(0, 1, places.shape)
        seen = looks + 0.2 * draws.normal(size=looks.shape)
        seen /= np.linalg.norm(seen, axis=1, keepdims=True)
        scores = draws.uniform(0.65, 0.99, boxes)
        found = Detections(
            np.concatenate([corners, corners + sizes], axis=1).astype(np.float32),
            scores.astype(np.float32),
            classes.astype(np.int64),
            _LABELS,
        )
        yield found, seen.astype(np.float32)


def median_ms(boxes: int, count: int, *, appearance: bool) -> float:
    """Return the median time of a frame, in milliseconds."""
    tracker, times = ByteTracker(), []
    for found, looks in frames(boxes, count):
        begin = time.perf_counter()
        tracker.update(found, looks if appearance else None)
        times.append((time.perf_counter() - begin) * 1e3)
    return float(np.median(times))


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--boxes', type=int, nargs='+', default=[10, 50, 200])
    parser.add_argument('--frames', type=int, default=400)
    chosen = parser.parse_args()
    print('| boxes and tracks | appearance, ms | place alone, ms |')
    print('| --- | --- | --- |')
    for boxes in chosen.boxes:
        times = [median_ms(boxes, chosen.frames, appearance=one) for one in (True, False)]
        print(f'| {boxes} | {times[0]:.2f} | {times[1]:.2f} |')
    return 0


if __name__ == '__main__':
    sys.exit(main())
