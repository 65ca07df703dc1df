# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads an ONNX file into TensorRT and checks that it can be built for a unit."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.precisions import STRONG
from edge_sched_ros.execution.tensorrt.api import Api

#: of every input's and output's dimensions but the first
_MAX_DLA_SIZE = 8192
#: a batch larger than this the DLA takes in no release
_MAX_DLA_BATCH = 4096


def parse(api: Api, builder: Any, spec: NetworkSpec, precision: str) -> Any:
    """
    Return the network of an ONNX file.

    :raises ConfigError: when TensorRT cannot read it
    """
    flags = api.network_flag('EXPLICIT_BATCH')
    if precision == STRONG:
        flags |= api.network_flag('STRONGLY_TYPED')
    network = builder.create_network(flags)
    parser = api.trt.OnnxParser(network, api.logger)
    if not parser.parse_from_file(str(spec.file)) or network.num_outputs == 0:
        errors = [parser.get_error(index).desc() for index in range(parser.num_errors)]
        reason = ' '.join(errors[0].split()) if errors else 'it is no ONNX network'
        raise ConfigError(spec.where('file'), f'cannot load {spec.file}: {reason}')
    return network


def dynamic_inputs(network: Any) -> dict[str, tuple[int, ...]]:
    """Return inputs with dimensions that are not fixed (-1), by name."""
    shapes = {}
    for index in range(network.num_inputs):
        tensor = network.get_input(index)
        if -1 in tuple(tensor.shape):
            shapes[str(tensor.name)] = tuple(tensor.shape)
    return shapes


def has_ranges(api: Api, network: Any) -> bool:
    """Return whether the file says how to quantise (Q/DQ operators)."""
    return any(
        network.get_layer(index).type == api.trt.LayerType.QUANTIZE
        for index in range(network.num_layers)
    )


def check_dla_shapes(network: Any, where: str) -> None:
    """
    Check the shapes of inputs and outputs against the rules of the DLA.

    :raises ConfigError: for dynamic shapes, and for larger ones than it takes
    """
    for name, shape in dynamic_inputs(network).items():
        raise ConfigError(
            where,
            f"input '{name}' has the dynamic shape {_text(shape)}, a DLA takes fixed shapes only: "
            'export the network with a fixed batch, or build it for the GPU',
        )
    tensors = [network.get_input(index) for index in range(network.num_inputs)]
    tensors += [network.get_output(index) for index in range(network.num_outputs)]
    for tensor in tensors:
        shape = tuple(tensor.shape)
        if shape[:1] > (_MAX_DLA_BATCH,) or any(size > _MAX_DLA_SIZE for size in shape[1:]):
            raise ConfigError(
                where,
                f"'{tensor.name}' is {_text(shape)}; a DLA takes batches to {_MAX_DLA_BATCH} and "
                f'other dimensions to {_MAX_DLA_SIZE}',
            )


def layers_not_for_dla(config: Any, network: Any) -> list[str]:
    """Return names and kinds of the layers that the DLA cannot run, as TensorRT says."""
    found = []
    for index in range(network.num_layers):
        layer = network.get_layer(index)
        if not config.can_run_on_DLA(layer):
            found.append(f'{layer.name} ({_kind(layer)})')
    return found


def _kind(layer: Any) -> str:
    return str(layer.type).rpartition('.')[2]


def _text(shape: tuple[int, ...]) -> str:
    return 'x'.join('?' if size == -1 else str(size) for size in shape)
