# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks and a video made by others, where they are: ``EDGE_SCHED_DATA``, ``../shared/data``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from benchmarks.side_by_side.workload import bundled
from benchmarks.side_by_side.workload import HEIGHT
from benchmarks.side_by_side.workload import WIDTH
from benchmarks.side_by_side.workload import Workload

REAL = 'real'
_DETECTOR = 'yolox_nano_416x416.onnx'
_EMBEDDING = 'person_reid_0248.onnx'
_VIDEO = 'people_detection.mp4'
_COCO_START = ['person', 'bicycle', 'car', 'motorcycle', 'airplane', 'bus', 'train', 'truck']


def data_folder() -> Path:
    """Return the folder where the networks of others would be."""
    checkout = Path(__file__).resolve().parents[2]
    return Path(os.environ.get('EDGE_SCHED_DATA') or checkout.parent / 'shared' / 'data')


def missing() -> list[str]:
    """Return the files that are not there."""
    return [n for n in (_DETECTOR, _EMBEDDING, _VIDEO) if not (data_folder() / n).is_file()]


def real(folder: Path) -> Workload:
    """
    Return YOLOX-nano, a person re-identification network and the bundled depth network.

    :param folder: the networks' YAML files are written there
    """
    detector = {
        'file': str(data_folder() / _DETECTOR),
        'input': {'name': 'images', 'width': 416, 'height': 416, 'align': 'topleft'},
        'decoder': 'yolox',
        'decoder_options': {'score_threshold': 0.35, 'nms_iou': 0.45},
        'labels': _COCO_START + [f'coco{n}' for n in range(len(_COCO_START), 80)],
    }
    looks = {
        'file': str(data_folder() / _EMBEDDING),
        'input': {'width': 128, 'height': 256, 'layout': 'nhwc', 'resize': 'stretch'},
        'decoder': 'embedding',
    }
    files = {'detect': _write(folder / 'yolox.yaml', detector)}
    files['track'] = _write(folder / 'reid.yaml', looks)
    files['depth'] = bundled().networks['depth']
    return Workload(REAL, files)


def _write(file: Path, data: dict[str, Any]) -> str:
    file.write_text(yaml.safe_dump(data))
    return str(file)


def street(*, cameras: int, frames: int) -> NDArray[np.uint8]:
    """Return pictures of the video, cameras x frames x HEIGHT x WIDTH x 3, BGR."""
    import cv2

    video = cv2.VideoCapture(str(data_folder() / _VIDEO))
    pictures = []
    while len(pictures) < cameras * frames:
        whole, picture = video.read()
        if not whole:
            break
        pictures.append(cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))
    each = len(pictures) // cameras
    stack = np.stack(pictures[: each * cameras])
    return stack.reshape(cameras, each, HEIGHT, WIDTH, 3)
