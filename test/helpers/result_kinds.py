# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks with a result of each kind: constants, for an input of 32x32."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from networks import write_network
from networks import write_onnx

#: two objects that do not overlap: centre x, centre y, width, height
_BOXES = np.array([[8.0, 16.0, 8.0, 6.0], [24.0, 16.0, 6.0, 8.0]], np.float32)
_SCORES = np.array([0.875, 0.75], np.float32)


def _selected(*rest: np.ndarray, corners: bool = True) -> np.ndarray:
    """Return rows as an export gives that selects them: 1x20x(6 + rest)."""
    half = _BOXES[:, 2:] / 2
    boxes = np.hstack([_BOXES[:, :2] - half, _BOXES[:, :2] + half]) if corners else _BOXES
    rows = np.hstack([boxes, _SCORES[:, None], np.array([[0], [1]]), *rest])
    found = np.zeros((1, 60, rows.shape[1]), np.float32)
    found[0, :2] = rows
    return found


def write_kinds(folder: Path) -> dict[str, str]:
    """Write a network of each kind; return task -> its network's file."""
    prototypes = np.ones((1, 1, 8, 8), np.float32)
    prototypes[0, 0, :, 5:] = -1
    points = np.array([[8, 16, 0.5, 4, 14, 0.25], [24, 16, 0.5, 22, 14, 0.25]], np.float32)
    scores = np.zeros((1, 3, 32, 32), np.float32)
    scores[0, 1, :, :16] = 2
    scores[0, 2, :, 16:] = 1
    outputs = {
        'yolo_seg': {'rows': _selected(np.ones((2, 1))), 'prototypes': prototypes},
        'yolo_pose': {'rows': _selected(points)},
        'yolo_obb': {'rows': _selected(np.array([[math.pi / 4], [0]]), corners=False)},
        'segmentation': {'scores': scores},
        'classification': {'scores': np.array([[1.0, 3.0, 2.0]], np.float32)},
    }
    options = {'yolo_pose': {'keypoint_names': ['nose', 'tail']}, 'classification': {'top_k': 2}}
    labels = {'segmentation': ['none', 'left', 'right'], 'classification': ['x', 'y', 'z']}
    files = {}
    for decoder, one in outputs.items():
        write_onnx(folder / f'{decoder}.onnx', outputs=one, input_shape=[1, 3, 32, 32])
        files[decoder] = str(
            write_network(
                folder,
                decoder,
                engine='auto',
                decoder=decoder,
                decoder_options=options.get(decoder, {}),
                labels=labels.get(decoder, ['a', 'b']),
            )
        )
    return files
