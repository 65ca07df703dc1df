# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The numbers declared by classes of decoders and programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.plugins.options import Option


def numbers_of_decoder(
    decoder: type[Decoder], given: Mapping[str, Any] | None = None
) -> dict[str, Number]:
    """
    Return the numbers of a decoder.

    :param given: ``decoder_options`` of a network, used if they are valid
    """
    found = {}
    # own code may omit what it does not use
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
        # errors in the network's YAML are reported when it is loaded
        found[name] = number.with_default(own) if real and not number.problem(own) else number
    return found


def numbers_of_class(program: type[Any]) -> dict[str, Number]:
    """Return the numbers of a program: the ``numbers`` of its class."""
    return dict(getattr(program, 'numbers', None) or {})


def options_of_numbers(numbers: Mapping[str, Number]) -> tuple[Option, ...]:
    """Return numbers as options, for a listing."""
    return tuple(
        Option(
            name,
            int(one.default) if one.whole else float(one.default),
            one.description,
            one.least,
            one.greatest,
        )
        for name, one in numbers.items()
    )


def numbers_problem(numbers: Mapping[str, Any]) -> str:
    """Return why numbers cannot be parameters; empty if they can."""
    for name, number in numbers.items():
        if not isinstance(number, Number):
            return f"has the number '{name}', which is not a Number but {number!r:.60}"
        if problem := number.problem(number.default):
            return f"has the number '{name}', whose default {problem}"
    return ''
