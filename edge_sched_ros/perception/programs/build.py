# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Builds the program that runs a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.execution.backend_options import for_engine
from edge_sched_ros.execution.backend_options import for_preprocessors
from edge_sched_ros.execution.backends import guarded
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.perception.decoders.embedding import Embedding
from edge_sched_ros.perception.decoders.registry import decoder_class
from edge_sched_ros.perception.decoders.registry import make_decoder
from edge_sched_ros.perception.programs.fit import check_comparable
from edge_sched_ros.perception.programs.fit import check_part
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.programs.parts import answer_of
from edge_sched_ros.perception.programs.parts import make_parts
from edge_sched_ros.perception.programs.parts import NetworksOf
from edge_sched_ros.perception.programs.rehearse import rehearse
from edge_sched_ros.perception.programs.track import TrackProgram
from edge_sched_ros.perception.programs.variants import close_networks
from edge_sched_ros.perception.programs.variants import LoadedVariant
from edge_sched_ros.perception.programs.variants import LoadedVariants


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
            with guarded(engine, str(spec.source)):
                network = engine.load(for_engine(engine, part))
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


def make_program(
    specs: Mapping[str, NetworkSpec],
    networks: Mapping[str, NetworksOf],
    preprocessors: dict[str, Preprocessor],
    *,
    options: Mapping[str, Any],
) -> FrameProgram | TrackProgram:
    """
    Return the program of a loaded network.

    :param specs: by variant, the network's own file first
    :param networks: by variant, stage and unit, at least one each; the program closes them
    :param preprocessors: by unit; the one under '' is used outside a runtime
    :param options: settings of the task that override those of the network
    :raises ConfigError: naming file and key
    """
    spec = next(iter(specs.values()))
    tracks = issubclass(decoder_class(spec), Embedding)
    found = {
        name: _variant(specs[name], own, {} if tracks else options)
        for name, own in networks.items()
    }
    variants = LoadedVariants(found)
    if not isinstance(variants.first.decoder, Embedding):
        return FrameProgram(spec, variants, preprocessors)
    answers = {name: answer_of(specs[name], networks[name]) for name in found}
    for name in found:
        check_comparable(specs[name], answers[name], answers[spec.variant])
    program = TrackProgram(spec, variants, preprocessors)
    for name, value in options.items():
        program.set_option(name, value)
    return program


def _variant(spec: NetworkSpec, networks: NetworksOf, options: Mapping[str, Any]) -> LoadedVariant:
    answer = answer_of(spec, networks)
    names = tuple(info.name for info in answer)
    parts = make_parts(networks, names)
    return LoadedVariant(parts, make_decoder(spec, answer, dict(options)), names)


def preprocess_op(spec: NetworkSpec) -> str:
    """Return the operation of the preprocessor that makes a network's input."""
    return 'crops' if issubclass(decoder_class(spec), Embedding) else 'letterbox'
