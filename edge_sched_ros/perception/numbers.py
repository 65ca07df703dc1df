# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which numbers a task may be given: those of its network's decoder or of its program."""

from __future__ import annotations

from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.perception.declared_numbers import numbers_of_class
from edge_sched_ros.perception.declared_numbers import numbers_of_decoder
from edge_sched_ros.perception.decoders.embedding import Embedding
from edge_sched_ros.perception.decoders.registry import decoder_class
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.programs.registry import program_class
from edge_sched_ros.perception.tracker import NUMBERS


def numbers_of_network(spec: NetworkSpec) -> dict[str, Number]:
    """
    Return the numbers a task of a network may be given; defaults are what its YAML says.

    :raises ConfigError: when there is no such decoder, or its ``ranges`` cannot be read
    """
    decoder = decoder_class(spec)
    if issubclass(decoder, Embedding):
        return dict(NUMBERS)  # which is read by a tracker
    return numbers_of_decoder(decoder, spec.decoder_options)


def numbers_of_program(name: str, where: str) -> dict[str, Number]:
    """
    Return the numbers of a program: what its class has as ``numbers``.

    :param where: the key that names it, for messages
    :raises ConfigError: when there is no such program, or its ``numbers`` cannot be read
    """
    return numbers_of_class(program_class(name, where))
