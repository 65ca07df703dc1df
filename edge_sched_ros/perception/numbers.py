# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which numbers a task may be given: those of its network's decoder or of its program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.plugins import own_code
from edge_sched_ros.perception.decoders.base import Decoder
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
    where = f'{spec.source}: decoder'
    with own_code(where, f"'{spec.decoder}' has ranges or defaults that cannot be read"):
        return _usable(numbers_of_decoder(decoder, spec.decoder_options), where)


def numbers_of_decoder(
    decoder: type[Decoder], given: Mapping[str, Any] | None = None
) -> dict[str, Number]:
    """
    Return the numbers of a decoder.

    :param given: ``decoder_options`` of a network, used where they are right
    """
    found = {}
    # own code need not have what it has no use for
    ranges, meanings = getattr(decoder, 'ranges', None), getattr(decoder, 'meanings', None)
    for name, (least, greatest) in (ranges or {}).items():
        default = decoder.defaults[name]
        number = Number(
            default,
            least,
            greatest,
            whole=isinstance(default, int),
            description=(meanings or {}).get(name, 'Option of the decoder'),
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
    :raises ConfigError: when there is no such program, or its ``numbers`` cannot be read
    """
    program = program_class(name, where)
    with own_code(where, f"'{name}' has numbers that cannot be read"):
        return _usable(dict(getattr(program, 'numbers', None) or {}), where)


def _usable(numbers: dict[str, Number], where: str) -> dict[str, Number]:
    """Return numbers that can be parameters; :raises ConfigError: when one cannot."""
    for name, number in numbers.items():
        if not isinstance(number, Number):
            raise ConfigError(where, f"the number '{name}' is no Number but {number!r:.60}")
        if problem := number.problem(number.default):
            raise ConfigError(where, f"the default of the number '{name}' {problem}")
    return numbers
