# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds decoders by the name in a network's YAML."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.declared_numbers import numbers_of_decoder
from edge_sched_ros.perception.declared_numbers import numbers_problem
from edge_sched_ros.perception.declared_numbers import options_of_numbers
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.perception.decoders.fit import check_names
from edge_sched_ros.perception.decoders.fit import check_recognised
from edge_sched_ros.perception.decoders.fit import options_of_outputs
from edge_sched_ros.perception.decoders.outputs import RESERVED
from edge_sched_ros.plugins.bounded_call import MAKING_S
from edge_sched_ros.plugins.kind import class_problem
from edge_sched_ros.plugins.kind import Kind
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.own_code import make
from edge_sched_ros.plugins.registry import Registry

#: required attributes of a decoder
_NEEDS = ('decode', 'output')


def _requirement(found: Any) -> str:
    problem = class_problem(found, Decoder, ('decode',))
    return problem or numbers_problem(numbers_of_decoder(found))


def _options(found: Any) -> tuple[Option, ...]:
    return options_of_numbers(numbers_of_decoder(found))


#: registry of decoders
DECODERS: Registry[type[Decoder]] = Registry(
    Kind(
        'decoder',
        'decoders',
        _requirement,
        options=_options,
        set_by="decoder_options of the network's file, parameters TASK.NAME of the node",
    ),
    decoder_classes,
)


def make_decoder(
    spec: NetworkSpec, outputs: tuple[TensorInfo, ...], options: dict[str, Any]
) -> Decoder:
    """
    Return the decoder of a network.

    :param options: options that override those of the network's YAML
    :raises ConfigError: when it does not exist, cannot be made, or outputs or options do not match
    """
    own = {key: value for key, value in spec.decoder_options.items() if key not in RESERVED}
    kind = decoder_class(spec)
    given = {**own, **options}
    if DECODERS.is_built_in(spec.decoder):
        # heads of which one name says all need no options
        given = {**options_of_outputs(spec, kind, outputs), **given}
    made: Decoder = make(
        spec.decoder,
        f'{spec.source}: decoder',
        lambda: kind(spec, outputs, given),
        _NEEDS,
        limit_s=None if DECODERS.is_built_in(spec.decoder) else MAKING_S,
    )
    if DECODERS.is_built_in(spec.decoder):
        made.is_built_in = True
        check_recognised(spec, kind, outputs)
        check_names(spec)
    return made


def decoder_class(spec: NetworkSpec) -> type[Decoder]:
    """Return the class of a network's decoder; :raises ConfigError: when it does not exist."""
    return DECODERS.find(spec.decoder, f'{spec.source}: decoder')
