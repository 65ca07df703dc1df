# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Renders what the networks are trained on, once, into a folder."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.scenes.scene import Scene

#: scenes of the training set; the demo and the tests use seeds below
TRAIN_SEEDS = range(10_000, 10_400)
FRAMES_PER_SEED = 24
#: size of the depth network's images
DEPTH_SIZE = (160, 120)
#: size of crops (width, height)
CROP_SIZE = (32, 48)
MAX_OBJECTS = 16


@dataclass(slots=True)
class Dataset:
    """
    Rendered frames with their truth.

    :param images: NxHxWx3 BGR
    :param boxes: NxMx5 of (class, x0, y0, x1, y1), class -1 for none
    :param depths: Nx120x160 metres, NaN for sky
    :param crops: Kx48x32x3 BGR
    :param identities: K, unique over all scenes
    """

    images: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    depths: NDArray[np.float16]
    crops: NDArray[np.uint8]
    identities: NDArray[np.int64]


def load_or_render(folder: Path) -> Dataset:
    """Return the training set, rendered into ``folder`` when it is not there yet."""
    file = folder / 'frames.npz'
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with ProcessPoolExecutor() as pool:
            parts = list(pool.map(_render, TRAIN_SEEDS, chunksize=10))
        keys = ('images', 'boxes', 'depths', 'crops', 'identities')
        # a file that is there must be whole
        half = folder / 'half.npz'
        np.savez(half, **{key: np.concatenate([p[key] for p in parts]) for key in keys})
        half.rename(file)
    with np.load(file) as data:
        return Dataset(**{key: data[key] for key in data.files})


def crop(image: NDArray[np.uint8], box: tuple[float, ...] | list[float]) -> NDArray[np.uint8]:
    """Cut a box out of a picture at the embedding network's size."""
    x0, y0, x1, y1 = (round(value) for value in box)
    part = image[max(0, y0) : max(y0 + 1, y1), max(0, x0) : max(x0 + 1, x1)]
    return cv2.resize(part, CROP_SIZE, interpolation=cv2.INTER_LINEAR)


def _render(seed: int) -> dict[str, NDArray[np.generic]]:
    cv2.setNumThreads(1)
    scene = Scene(seed=seed)
    random = np.random.default_rng(seed)
    images, boxes, depths, crops, identities = [], [], [], [], []
    for index in random.integers(0, 1200, FRAMES_PER_SEED):
        frame = scene.frame(int(index))
        rows = np.full((MAX_OBJECTS, 5), -1, np.float32)
        visible = [found for found in frame.objects if found.visible][:MAX_OBJECTS]
        for row, found in zip(rows, visible):
            row[:] = (found.class_id, *found.box_xyxy)
            jitter = random.normal(0, 0.04, 4) * np.tile(
                [found.box_xyxy[2] - found.box_xyxy[0], found.box_xyxy[3] - found.box_xyxy[1]], 2
            )
            crops.append(crop(frame.image_bgr, list(found.box_xyxy + jitter)))
            identities.append(seed * 100 + found.identity)
        images.append(frame.image_bgr)
        boxes.append(rows)
        depths.append(cv2.resize(frame.depth_m, DEPTH_SIZE, interpolation=cv2.INTER_NEAREST))
    return {
        'images': np.stack(images),
        'boxes': np.stack(boxes),
        'depths': np.stack(depths).astype(np.float16),
        'crops': np.stack(crops),
        'identities': np.array(identities),
    }
