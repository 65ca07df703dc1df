# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Builds the program that runs a network."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution import backends
from edge_sched_ros.execution.backend_options import for_engine
from edge_sched_ros.execution.backend_options import for_preprocessors
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.input_spec import RAW
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.embedding import Embedding
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.decoders.outputs import read_outputs
from edge_sched_ros.perception.decoders.registry import decoder_class
from edge_sched_ros.perception.programs.fit import check_comparable
from edge_sched_ros.perception.programs.fit import check_one_picture
from edge_sched_ros.perception.programs.fit import check_part
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.programs.network_inputs import state_outputs
from edge_sched_ros.perception.programs.parts import answer_of
from edge_sched_ros.perception.programs.parts import make_parts
from edge_sched_ros.perception.programs.parts import NetworksOf
from edge_sched_ros.perception.programs.rehearse import rehearse
from edge_sched_ros.perception.programs.track import TrackProgram
from edge_sched_ros.perception.programs.variants import close_networks
from edge_sched_ros.perception.programs.variants import LoadedVariant
from edge_sched_ros.perception.programs.variants import LoadedVariants
from edge_sched_ros.perception.trackers.registry import make_tracker


def build_program(
    spec: NetworkSpec,
    engine: Engine,
    preprocessor: Preprocessor,
    *,
    options: Mapping[str, Any],
) -> Program:
    """
    Load a network, check that it matches its YAML, run it once, and return its program.

    It runs on the calling thread and for no particular unit, with only the variant of ``spec``.

    :param options: settings of the task that override those of the network
    :raises ConfigError: naming file and key
    """
    spec = for_preprocessors([preprocessor], spec)
    networks: dict[str, dict[str, LoadedNetwork]] = {}
    try:
        for stage, part in spec.parts.items():
            network = backends.load(engine, str(spec.source), partial(_load, engine, part))
            networks[stage] = {'': network}
            check_part(part, network)
        loaded = {spec.variant: networks}
        program = make_program({spec.variant: spec}, loaded, {'': preprocessor}, options=options)
        if engine.name != 'simulated':
            rehearse(spec, program)
    except BaseException:
        for by_unit in networks.values():
            close_networks(by_unit.values())
        raise
    return program


def _load(engine: Engine, part: NetworkSpec) -> LoadedNetwork:
    return engine.load(for_engine(engine, part))


def make_program(
    specs: Mapping[str, NetworkSpec],
    networks: Mapping[str, NetworksOf],
    preprocessors: dict[str, Preprocessor],
    *,
    options: Mapping[str, Any],
    tracker: str = '',
) -> FrameProgram | TrackProgram:
    """
    Return the program of a loaded network.

    :param specs: by variant, the network's own file first
    :param networks: by variant, stage and unit, at least one each; the program closes them
    :param preprocessors: by unit; the one under '' is used outside a runtime
    :param options: settings of the task that override those of the network
    :param tracker: of an embedding network; empty for the default
    :raises ConfigError: naming file and key
    """
    spec = next(iter(specs.values()))
    _check_inputs(spec, specs, networks)
    if preprocess_op(spec) == 'crops' and spec.input.colour == RAW:
        raise ConfigError(spec.where('input.colour'), f'is {RAW}: crops are made of colours')
    if preprocess_op(spec) != 'crops':
        for name, own in networks.items():
            check_one_picture(specs[name], next(iter(next(iter(own.values())).values())))
    tracks = issubclass(decoder_class(spec), Embedding)
    found = {
        name: _variant(specs[name], own, {} if tracks else options)
        for name, own in networks.items()
    }
    variants = LoadedVariants(found)
    if not isinstance(variants.first.decoder, Embedding):
        return FrameProgram(spec, variants, preprocessors)
    answers = {
        name: read_outputs(specs[name], answer_of(specs[name], networks[name])) for name in found
    }
    for name in found:
        check_comparable(specs[name], answers[name], answers[spec.variant])
    program = TrackProgram(spec, variants, preprocessors, make_tracker(tracker))
    for name, value in options.items():
        program.set_option(name, value)
    program.check_together({})
    return program


def _check_inputs(
    spec: NetworkSpec, specs: Mapping[str, NetworkSpec], networks: Mapping[str, NetworksOf]
) -> None:
    """Check inputs beside the picture; :raises ConfigError: when they are not possible."""
    if not spec.inputs:
        return
    if preprocess_op(spec) == 'crops':
        raise ConfigError(spec.where('inputs'), 'a network that works on crops takes nothing else')
    own = _inputs_of(networks[spec.variant])
    for name, other in networks.items():
        if _inputs_of(other) != own:
            raise ConfigError(
                specs[name].where('file'),
                f'{specs[name].file.name} takes other inputs than {spec.file.name}: variants of a '
                "network with the key 'inputs' take the same",
            )


def _inputs_of(networks: NetworksOf) -> dict[str, TensorInfo]:
    first = next(iter(next(iter(networks.values())).values()))
    return {info.name: info for info in first.inputs}


def _variant(spec: NetworkSpec, networks: NetworksOf, options: Mapping[str, Any]) -> LoadedVariant:
    kept = state_outputs(spec)
    own = tuple(info for info in answer_of(spec, networks) if info.name not in kept)
    answer = read_outputs(spec, own)
    names = tuple(info.name for info in answer)
    parts = make_parts(networks, (*names, *kept))
    return LoadedVariant(parts, make_decoder(spec, answer, dict(options)), names)


def check_tracker(spec: NetworkSpec, tracker: str, where: str) -> None:
    """
    Check that only an embedding network has a tracker.

    :param where: the key with the tracker, for messages
    :raises ConfigError: naming it
    """
    if tracker and not issubclass(decoder_class(spec), Embedding):
        raise ConfigError(where, f"{spec.name} is no embedding network: use 'program: box_track'")


def preprocess_op(spec: NetworkSpec) -> str:
    """Return the operation of the preprocessor that makes a network's input."""
    return 'crops' if issubclass(decoder_class(spec), Embedding) else 'letterbox'
