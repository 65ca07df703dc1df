# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes the decoder of a network."""

from __future__ import annotations

from functools import partial
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.onnx_metadata import metadata_of
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.decoders.fit import check_names
from edge_sched_ros.perception.decoders.fit import check_recognised
from edge_sched_ros.perception.decoders.fit import options_of_outputs
from edge_sched_ros.perception.decoders.installed_recognition import recognise_all
from edge_sched_ros.perception.decoders.misfit import MisfitError
from edge_sched_ros.perception.decoders.outputs import RESERVED
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.registry import decoder_class
from edge_sched_ros.perception.decoders.registry import DECODERS
from edge_sched_ros.plugins.bounded_call import MAKING_S
from edge_sched_ros.plugins.own_code import make

#: required attributes of a decoder
_NEEDS = ('decode', 'output')


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
    try:
        made: Decoder = make(
            spec.decoder,
            f'{spec.source}: decoder',
            lambda: kind(spec, outputs, given),
            _NEEDS,
            limit_s=None if DECODERS.is_built_in(spec.decoder) else MAKING_S,
        )
    except MisfitError as error:
        raise with_fitting(spec, error) from error
    if isinstance(made, Decoder):
        made.with_fitting = partial(with_fitting, spec)
    if DECODERS.is_built_in(spec.decoder):
        made.is_built_in = True
        check_recognised(spec, kind, outputs)
        check_names(spec)
    return made


def with_fitting(spec: NetworkSpec, error: MisfitError) -> ConfigError:
    """
    Return an error that names the best other decoder, too, if there is one.

    Decoders of installed packages are asked, which may take seconds: only while a network is
    loaded.
    """
    size = spec.input.width, spec.input.height
    seen = recognise_all(error.outputs, metadata_of(spec.file), size, besides=spec.decoder)
    names = [name for name, one in seen if one.certainty > POSSIBLE and name != spec.decoder]
    if not names:
        return error
    other = f"; {names[0]} would fit ('edge-sched import' writes its file)"
    return ConfigError(error.where, error.problem + other)
