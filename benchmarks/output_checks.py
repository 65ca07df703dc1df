# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What the checks of a network's outputs cost.

``python benchmarks/output_checks.py`` prints microseconds for outputs of usual sizes.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable

import numpy as np

from edge_sched_ros.perception.decoders.values import check_boxes
from edge_sched_ros.perception.decoders.values import check_plane
from edge_sched_ros.perception.decoders.values import check_scores
from edge_sched_ros.perception.decoders.values import check_varies

_RUNS, _REPEATS = 300, 5


def _cases() -> dict[str, Callable[[], object]]:
    draw = np.random.default_rng(0)
    grid, table = draw.random((8400, 85), np.float32), draw.random((1917, 91), np.float32)
    plane, boxes = draw.random((1, 1, 384, 640), np.float32), draw.random((40, 4), np.float32)
    logits = draw.random((300, 92), np.float32)
    return {
        'all values of 8400x85': lambda: check_varies(grid, 'o'),
        'objectness of 8400x85': lambda: check_scores(grid[:, 4], 'o'),
        'scores of ssd, 1917x91': lambda: check_scores(table, 'o'),
        'logits of detr, 300x92': lambda: (check_varies(logits, 'o'), check_scores(logits, 'o')),
        'depth of 384x640': lambda: check_plane(plane, 'o'),
        '40 kept boxes': lambda: check_boxes(boxes, 'o'),
    }


if __name__ == '__main__':
    for name, check in _cases().items():
        took_s = min(timeit.repeat(check, number=_RUNS, repeat=_REPEATS)) / _RUNS
        print(f'{name:24} {took_s * 1e6:6.1f} us')
