# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds decoders by the name in a network's YAML."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.perception.declared_numbers import numbers_of_decoder
from edge_sched_ros.perception.declared_numbers import numbers_problem
from edge_sched_ros.perception.declared_numbers import options_of_numbers
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.plugins.kind import class_problem
from edge_sched_ros.plugins.kind import Kind
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.plugins.registry import Registry


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


def decoder_class(spec: NetworkSpec) -> type[Decoder]:
    """Return the class of a network's decoder; :raises ConfigError: when it does not exist."""
    return DECODERS.find(spec.decoder, f'{spec.source}: decoder')
