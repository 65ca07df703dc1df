# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds decoders by the name a network's YAML gives."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.execution.engines.base import TensorInfo
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.plugins import load_class
from edge_sched_ros.execution.plugins import make
from edge_sched_ros.execution.plugins import modules_holding
from edge_sched_ros.perception import decoders
from edge_sched_ros.perception.decoders.base import Decoder

#: what results need of a decoder
_NEEDS = ('decode', 'output')


def decoder_names() -> tuple[str, ...]:
    """Return the names of all decoders of this package."""
    return tuple(sorted(decoder_classes()))


def decoder_classes() -> dict[str, type[Decoder]]:
    """Return the decoders of this package by name."""
    return modules_holding(decoders, 'DECODER')


def make_decoder(
    spec: NetworkSpec, outputs: tuple[TensorInfo, ...], options: dict[str, Any]
) -> Decoder:
    """
    Return the decoder a network asks for.

    :param options: over those of the network's YAML
    :raises ConfigError: when there is none, it cannot be made, or the outputs or options do not
        fit
    """
    own = {key: value for key, value in spec.decoder_options.items() if key != 'simulate'}
    kind, given = decoder_class(spec), {**own, **options}
    made: Decoder = make(
        spec.decoder, f'{spec.source}: decoder', lambda: kind(spec, outputs, given), _NEEDS
    )
    return made


def decoder_class(spec: NetworkSpec) -> type[Decoder]:
    """Return the class of the decoder a network asks for; :raises ConfigError: for none."""
    found: type[Decoder] | None
    if ':' in spec.decoder:
        found = load_class(spec.decoder, f'{spec.source}: decoder')
    else:
        found = decoder_classes().get(spec.decoder)
    if found is None:
        hint = did_you_mean(spec.decoder, decoder_names())
        known = ', '.join(decoder_names())
        raise ConfigError(
            f'{spec.source}: decoder', f"unknown decoder '{spec.decoder}'{hint} (known: {known})"
        )
    return found
