# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What ranges of activations are measured on: rendered scenes of the training set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.scenes.scene import Scene

#: a few scenes of those the networks were trained on (10000 to 10399); accuracy is measured on
#: scenes 20 to 31, which nothing here has seen
SEEDS = range(10_000, 10_048)
FRAMES_PER_SEED = 4
#: frames of a scene to draw from
_LENGTH = 1200
_EMBEDDING = 'embedding'


def inputs(spec: NetworkSpec, seeds: range = SEEDS) -> Iterator[NDArray[Any]]:
    """
    Yield the inputs a network would get of calibration pictures, made as the pipeline makes them.

    :param spec: of the network; one of crops gets those of all that can be seen
    """
    preprocessor = OpenCvPreprocessor()
    for seed in seeds:
        scene, random = Scene(seed=seed), np.random.default_rng(seed)
        for index in random.integers(0, _LENGTH, FRAMES_PER_SEED):
            frame = scene.frame(int(index))
            image = _source(frame.image_bgr)
            if spec.decoder != _EMBEDDING:
                yield preprocessor.prepare(image, spec.input)[0]
                continue
            boxes = [found.box_xyxy for found in frame.objects if found.visible]
            if boxes:
                yield preprocessor.crops(image, np.array(boxes, np.float32), spec.input)


def _source(picture: NDArray[np.uint8]) -> SourceImage:
    height, width = picture.shape[:2]
    plain = np.ascontiguousarray(picture)
    return SourceImage.from_raw(plain, width=width, height=height, encoding='bgr8', step=3 * width)


class Reader:
    """
    Hands inputs to ONNX Runtime's calibrators.

    :param name: of the network's input
    """

    def __init__(self, name: str, found: Iterator[NDArray[Any]]) -> None:
        self._name, self._found = name, found

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        """Return the next input by name; ``None`` after the last."""
        one = next(self._found, None)
        return None if one is None else {self._name: one}
