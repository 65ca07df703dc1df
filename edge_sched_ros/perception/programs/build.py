# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a network to the program that runs it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.perception.decoders.embedding import Embedding
from edge_sched_ros.perception.decoders.registry import make_decoder
from edge_sched_ros.perception.programs.fit import check_input
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.programs.rehearse import rehearse
from edge_sched_ros.perception.programs.track import TrackProgram

_EMBEDDING = 'embedding'


def build_program(
    spec: NetworkSpec,
    engine: Engine,
    preprocessor: Preprocessor,
    *,
    options: Mapping[str, Any],
) -> Program:
    """
    Load a network, check that it fits its YAML, rehearse it, and return its program.

    It runs on the calling thread, wherever that is, and for no unit in particular.

    :param options: settings of the task over those of the network
    :raises ConfigError: naming file and key
    """
    network = engine.load(spec)
    try:
        check_input(spec, network)
        program = make_program(spec, {'': network}, {'': preprocessor}, options=options)
        if engine.name != 'simulated':
            rehearse(spec, program)
    except BaseException:
        network.close()
        raise
    return program


def make_program(
    spec: NetworkSpec,
    networks: dict[str, LoadedNetwork],
    preprocessors: dict[str, Preprocessor],
    *,
    options: Mapping[str, Any],
) -> FrameProgram | TrackProgram:
    """
    Return the program of a network that is loaded.

    :param networks: by unit, at least one; the program closes them
    :param preprocessors: by unit; that under '' is used outside of a runtime
    :param options: settings of the task over those of the network
    :raises ConfigError: naming file and key
    """
    tracks = spec.decoder == _EMBEDDING
    outputs = next(iter(networks.values())).outputs
    decoder = make_decoder(spec, outputs, {} if tracks else dict(options))
    if not isinstance(decoder, Embedding):
        return FrameProgram(spec, networks, preprocessors, decoder)
    program = TrackProgram(spec, networks, preprocessors, decoder)
    for name, value in options.items():
        program.set_option(name, value)
    return program


def preprocess_op(spec: NetworkSpec) -> str:
    """Return the operation of the preprocessor that makes a network's input."""
    return 'crops' if spec.decoder == _EMBEDDING else 'letterbox'
