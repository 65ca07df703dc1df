# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Runs every stage once on a grey picture.

The first frame must not pay for what libraries put off until first use, and what cannot run at
all is better known now.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.network_variants import BASE
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.perception.results import Detections


def rehearse(spec: NetworkSpec, program: Program, unit: str = '') -> None:
    """
    Run every stage of a program, inference on a unit and all else on the calling thread.

    :param spec: of the variant to run
    :raises ConfigError: when a stage fails
    """
    image = _grey(spec, 1)
    box = np.array([[0, 0, spec.input.width, spec.input.height]], np.float32)
    parent = Detections(box, np.ones(1, np.float32), np.zeros(1, np.int64))
    context = JobContext(
        0, spec.name, Frame('', 0, 0, '', image), parent=parent, variant=spec.variant
    )
    with _as_config_error(spec, unit):
        for stage in program.stages:
            context.unit = unit if stage == 'infer' else ''
            program.run(stage, context)
    program.reset()


def rehearse_preprocessor(spec: NetworkSpec, preprocessor: Preprocessor, unit: str) -> None:
    """
    Let a unit make a network's input of a picture twice its size.

    :raises ConfigError: when it fails
    """
    with _as_config_error(spec, unit):
        preprocessor.prepare(_grey(spec, 2), spec.input)


def _grey(spec: NetworkSpec, times: int) -> SourceImage:
    width, height = times * spec.input.width, times * spec.input.height
    picture = np.full(height * width * 3, 114, np.uint8)
    return SourceImage.from_raw(
        picture, width=width, height=height, encoding='bgr8', step=3 * width
    )


@contextmanager
def _as_config_error(spec: NetworkSpec, unit: str) -> Iterator[None]:
    try:
        yield
    except (ConfigError, ImportError):
        raise
    except Exception as error:
        where, reason = f' on {unit}' if unit else '', ' '.join(str(error).split())
        source = str(spec.source) if spec.variant == BASE else spec.where('file')
        raise ConfigError(
            source, f'a trial run{where} failed: {type(error).__name__}: {reason}'
        ) from error
