# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes a network's inputs from a folder of pictures, to measure the ranges of its layers."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.perception.programs.build import preprocess_op
from edge_sched_ros.perception.segment_inputs import segment_inputs

_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.ppm', '.webp')


def picture_inputs(
    folder: Path, where: str
) -> Callable[[NetworkSpec], Iterator[tuple[NDArray[Any], ...]]]:
    """
    Return a generator of the inputs of a network, or of a segment, from all pictures of a folder.

    They are made in order of names, and as for a camera's pictures; networks that work on crops
    get whole pictures, so the folder must contain crops. Those of a segment are what the segments
    before it make of the pictures.

    :param where: the option that names the folder, for messages
    :raises ConfigError: when there are no pictures; during generation, for an unreadable picture
    """
    if not folder.is_dir():
        raise ConfigError(where, f'there is no folder {folder}')
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES)
    if not files:
        raise ConfigError(where, f'{folder} has no pictures ({", ".join(_SUFFIXES)})')

    def inputs(spec: NetworkSpec) -> Iterator[tuple[NDArray[Any], ...]]:
        if spec.inputs:
            raise ConfigError(where, f'{spec.source}: inputs: ranges are measured on one picture')
        pictures = (_input(file, spec) for file in files)
        if spec.segment is None:
            return ((picture,) for picture in pictures)
        return segment_inputs(spec, spec.segment, pictures, where)

    return inputs


def _input(file: Path, spec: NetworkSpec) -> NDArray[Any]:
    try:
        image = SourceImage.from_compressed(file.read_bytes())
        height, width = image.bgr().shape[:2]
    except (OSError, FrameError) as error:
        raise ConfigError(str(file), f'cannot be used for calibration: {error}') from None
    preprocessor = OpenCvPreprocessor()
    if preprocess_op(spec) == 'crops':
        whole = np.array([[0, 0, width, height]], np.float32)
        return preprocessor.crops(image, whole, spec.input)
    return preprocessor.prepare(image, spec.input)[0]
