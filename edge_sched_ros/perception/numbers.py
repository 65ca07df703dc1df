# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The number options of a task: those of its network's decoder or of its program."""

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
    Return the number options of a task of a network, with the defaults of its YAML.

    :raises ConfigError: when the decoder does not exist, or its ``ranges`` cannot be read
    """
    decoder = decoder_class(spec)
    if issubclass(decoder, Embedding):
        return dict(NUMBERS)  # a tracker reads its results
    return numbers_of_decoder(decoder, spec.decoder_options)


def numbers_of_program(name: str, where: str) -> dict[str, Number]:
    """
    Return the numbers of a program: the ``numbers`` of its class.

    :param where: the key with its name, for messages
    :raises ConfigError: when the program does not exist, or its ``numbers`` cannot be read
    """
    return numbers_of_class(program_class(name, where))
