# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs a network once on a picture, with ONNX Runtime on the CPU, and says what came out."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.importing.search import ImpossibleResultError
from edge_sched_ros.perception.programs.build import build_program
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections


def image_of_bgr(picture: NDArray[np.uint8]) -> SourceImage:
    """Return a picture, HxWx3 BGR, as one of a camera."""
    height, width = picture.shape[:2]
    return SourceImage.from_raw(
        np.ascontiguousarray(picture),
        width=width,
        height=height,
        encoding='bgr8',
        step=3 * width,
    )


def run_once(spec: NetworkSpec, image: SourceImage, where: str) -> tuple[Any, str]:
    """
    Return the result of a network for one picture, and what is suspicious about it.

    :param where: the option that asks for it, for messages
    :raises ImpossibleResultError: when its result cannot be
    :raises ConfigError: when the network cannot be loaded or run
    """
    engine: Engine = OnnxRuntimeEngine()
    program = build_program(spec, engine, OpenCvPreprocessor(), options={})
    try:
        if not isinstance(program, FrameProgram):
            raise ConfigError(where, 'a network for crops needs the boxes of a detector before it')
        if any(one.keeps_state for one in spec.inputs):
            # a network that needs earlier frames gets the same picture for all of them
            program.begin_with(image)
            with suppress(FrameError):
                _run(program, spec, image)
        result = _run(program, spec, image)
        return result, program.doubt
    except FrameError as error:
        # such as no_second_image
        lacks = 'one picture is not enough: ' if error.reason.startswith('no_') else ''
        raise ConfigError(where, f'{lacks}{error}') from None
    except InvalidOutputError as error:
        problem = f'{error} (see decoder, scale and colour)'
        raise ImpossibleResultError(where, problem, error.options) from None
    finally:
        program.close()


def _run(program: FrameProgram, spec: NetworkSpec, image: SourceImage) -> Any:
    job = JobContext(0, spec.name, Frame('', 1, 0, '', image), variant=spec.variant)
    for stage in program.stages:
        program.run(stage, job)
    return job.result


def described(result: Any) -> dict[str, Any]:
    """Return a result for people and for JSON: kind, count, and each of its items."""
    if isinstance(result, Detections):
        items = [
            {
                'label': result.label(index),
                'score': round(float(result.scores[index]), 4),
                'box_xyxy': [round(float(side), 1) for side in result.boxes_xyxy[index]],
            }
            for index in range(len(result))
        ]
        return {'kind': 'detections', 'items': items}
    if isinstance(result, Classes):
        items = [
            {'label': result.label(index), 'score': round(float(result.scores[index]), 4)}
            for index in range(len(result))
        ]
        return {'kind': 'classification', 'items': items}
    if isinstance(result, ClassMap):
        ids, counts = np.unique(result.class_ids, return_counts=True)
        order = np.argsort(-counts, kind='stable')
        items = [
            {
                'label': result.labels[ids[at]] if ids[at] < len(result.labels) else str(ids[at]),
                'share': round(float(counts[at] / result.class_ids.size), 4),
            }
            for at in order
        ]
        return {'kind': 'segmentation', 'items': items}
    if isinstance(result, DepthMap):
        known = result.depth_m[np.isfinite(result.depth_m)]
        low, middle, high = (
            (round(float(value), 3) for value in np.percentile(known, (2, 50, 98)))
            if known.size
            else (None, None, None)
        )
        share = round(known.size / max(1, result.depth_m.size), 4)
        numbers = {'known': share, 'near_m': low, 'median_m': middle, 'far_m': high}
        return {'kind': 'depth', 'items': [numbers]}
    return {'kind': type(result).__name__, 'items': []}


def sentence(found: dict[str, Any]) -> str:
    """Return what :func:`described` gives, as one line."""
    items = found['items']
    if found['kind'] == 'depth':
        (one,) = items
        if one['near_m'] is None:
            return 'depth: unknown at every pixel'
        return (
            f'depth: known at {one["known"]:.1%} of the pixels, {one["near_m"]:g} to '
            f'{one["far_m"]:g} m, median {one["median_m"]:g} m'
        )
    if found['kind'] == 'segmentation':
        return 'classes: ' + ', '.join(f'{one["label"]} {one["share"]:.1%}' for one in items[:6])
    if not items:
        return f'{found["kind"]}: none above the threshold'
    shown = ', '.join(f'{one["label"]} {one["score"]:.2f}' for one in items[:6])
    more = f' and {len(items) - 6} more' if len(items) > 6 else ''
    return f'{len(items)} {found["kind"]}: {shown}{more}'
