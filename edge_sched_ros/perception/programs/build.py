# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a network to the program that runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.perception.decoders.embedding import Embedding
from edge_sched_ros.perception.decoders.registry import make_decoder
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.programs.track import TrackProgram


def build_program(
    spec: NetworkSpec,
    engine: Engine,
    preprocessor: Preprocessor,
    *,
    options: Mapping[str, Any],
) -> Program:
    """
    Load a network, check that it fits its YAML, run it once, and return its program.

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
        _warm_up(spec, network)
    except BaseException:
        network.close()
        raise
    return program


def _check_input(spec: NetworkSpec, network: LoadedNetwork) -> None:
    where = f'{spec.source}: input'
    if len(network.inputs) != 1:
        names = ', '.join(info.name for info in network.inputs)
        raise ConfigError(where, f'{spec.file.name} has {len(network.inputs)} inputs ({names}), '
                                 'only networks with one are supported')
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


def _warm_up(spec: NetworkSpec, network: LoadedNetwork) -> None:
    """Run once, so that the first frame does not pay for what engines put off."""
    if spec.engine == 'simulated':
        return
    shape = [1 if size is None else size for size in network.inputs[0].shape]
    for axis, size in enumerate(network.inputs[0].shape[1:], start=1):
        if size is None:
            height, width = spec.input.height, spec.input.width
            planar = spec.input.layout == 'nchw'
            wanted = (spec.input.channels, height, width) if planar else (
                height, width, spec.input.channels
            )
            shape[axis] = wanted[axis - 1]
    try:
        network.run([np.zeros(shape, spec.input.dtype)])
    except Exception as error:
        reason = ' '.join(str(error).split())
        raise ConfigError(f'{spec.source}: file', f'{spec.file.name} does not run: {reason}') from None
