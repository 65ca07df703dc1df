# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which numbers a task may be given: those of its network's decoder or of its program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.decoders.embedding import Embedding
from edge_sched_ros.perception.decoders.registry import decoder_class
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.programs.registry import program_class
from edge_sched_ros.perception.tracker import NUMBERS


def numbers_of_network(spec: NetworkSpec) -> dict[str, Number]:
    """
    Return the numbers a task of a network may be given; defaults are what its YAML says.

    :raises ConfigError: when there is no such decoder
    """
    decoder = decoder_class(spec)
    if issubclass(decoder, Embedding):
        return dict(NUMBERS)  # which is read by a tracker
    return numbers_of_decoder(decoder, spec.decoder_options)


def numbers_of_decoder(
    decoder: type[Decoder], given: Mapping[str, Any] | None = None
) -> dict[str, Number]:
    """
    Return the numbers of a decoder.

    :param given: ``decoder_options`` of a network, used where they are right
    """
    found = {}
    for name, (least, greatest) in decoder.ranges.items():
        default = decoder.defaults[name]
        number = Number(
            default,
            least,
            greatest,
            whole=isinstance(default, int),
            description=decoder.meanings.get(name, 'Option of the decoder'),
        )
        own = (given or {}).get(name, default)
        real = isinstance(own, (int, float)) and not isinstance(own, bool)
        # what is wrong in the network's YAML is told when it is loaded
        found[name] = number.with_default(own) if real and not number.problem(own) else number
    return found


def numbers_of_program(name: str, where: str) -> dict[str, Number]:
    """
    Return the numbers of a program: what its class has as ``numbers``.

    :param where: the key that names it, for messages
    :raises ConfigError: when there is no such program
    """
    found: dict[str, Number] = getattr(program_class(name, where), 'numbers', {})
    return dict(found)
