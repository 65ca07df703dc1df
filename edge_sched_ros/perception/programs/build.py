# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a network to the program that runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.perception.decoders.embedding import Embedding
from edge_sched_ros.perception.decoders.registry import make_decoder
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.programs.track import TrackProgram
from edge_sched_ros.perception.results import Detections


def build_program(
    spec: NetworkSpec,
    engine: Engine,
    preprocessor: Preprocessor,
    *,
    options: Mapping[str, Any],
) -> Program:
    """
    Load a network, check that it fits its YAML, rehearse it, and return its program.

    :param options: settings of the task over those of the network
    :raises ConfigError: naming file and key
    """
    network = engine.load(spec)
    try:
        _check_input(spec, network)
        tracks = spec.decoder == 'embedding'
        decoder = make_decoder(spec, network.outputs, {} if tracks else dict(options))
        program: Program
        if isinstance(decoder, Embedding):
            program = TrackProgram(spec, network, preprocessor, decoder)
            for name, value in options.items():
                program.set_option(name, value)
        else:
            program = FrameProgram(spec, network, preprocessor, decoder)
        if engine.name != 'simulated':
            _rehearse(spec, program)
    except BaseException:
        network.close()
        raise
    return program


def _check_input(spec: NetworkSpec, network: LoadedNetwork) -> None:
    where = f'{spec.source}: input'
    if len(network.inputs) != 1:
        names = ', '.join(info.name for info in network.inputs)
        raise ConfigError(
            where,
            f'{spec.file.name} has {len(network.inputs)} inputs ({names}), '
            'only networks with one are supported',
        )
    info = network.inputs[0]
    if spec.input.name and spec.input.name != info.name:
        raise ConfigError(
            f'{where}.name', f"is '{spec.input.name}', {spec.file.name} has '{info.name}'"
        )
    size = (spec.input.height, spec.input.width)
    planes = spec.input.channels
    wanted = (planes, *size) if spec.input.layout == 'nchw' else (*size, planes)
    fits = len(info.shape) == 4 and all(
        have in (None, want) for have, want in zip(info.shape[1:], wanted)
    )
    if not fits:
        raise ConfigError(
            where,
            f'{spec.file.name} takes {list(info.shape)}, the YAML describes '
            f'[N, {", ".join(map(str, wanted))}]',
        )
    if info.dtype != spec.input.dtype:
        raise ConfigError(
            f'{where}.dtype', f'is {spec.input.dtype}, {spec.file.name} takes {info.dtype}'
        )
    batch = info.shape[0]
    if batch is not None and spec.max_batch > batch:
        raise ConfigError(
            f'{spec.source}: max_batch', f'is {spec.max_batch}, {spec.file.name} takes {batch}'
        )


def _rehearse(spec: NetworkSpec, program: Program) -> None:
    """
    Run every stage once on a grey picture.

    The first frame must not pay for what libraries put off until first use, and what cannot run
    at all is better known now.
    """
    size = (spec.input.height, spec.input.width)
    picture = np.full((*size, 3), 114, np.uint8)
    image = SourceImage.from_raw(
        picture.reshape(-1), width=size[1], height=size[0], encoding='bgr8', step=3 * size[1]
    )
    box = np.array([[0, 0, size[1], size[0]]], np.float32)
    parent = Detections(box, np.ones(1, np.float32), np.zeros(1, np.int64))
    context = JobContext(0, spec.name, Frame('', 0, 0, '', image), parent=parent)
    try:
        for stage in program.stages:
            program.run(stage, context)
    except ConfigError:
        raise
    except Exception as error:
        reason = ' '.join(str(error).split())
        raise ConfigError(
            str(spec.source), f'a trial run failed: {type(error).__name__}: {reason}'
        ) from error
    program.reset()
