# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Dimensions that the ONNX file leaves open: the batch, up to the network's ``max_batch``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensorrt.parsing import dynamic_inputs


def describe_shapes(spec: NetworkSpec) -> str:
    """Return what open dimensions are set to, for the engine's key; segments have none."""
    if spec.segment is not None:
        return 'fixed'
    size = 'x'.join(map(str, spec.input.shape))
    more = {one.name: one.shape for one in spec.inputs if one.shape is not None}
    others = [f',{name}:{"x".join(map(str, more[name]))}' for name in sorted(more)]
    return f'1..{spec.max_batch}x{size}{"".join(others)}'


def _inside(spec: NetworkSpec, name: str) -> tuple[int, int, int] | None:
    """Return the shape of one item of an input that is a picture; ``None`` for any other."""
    if spec.segment is not None:
        return None
    for one in spec.inputs:
        if one.name == name:
            return one.shape
    return spec.input.shape if spec.input.name in ('', name) else None


def add_profile(builder: Any, config: Any, network: Any, spec: NetworkSpec) -> None:
    """
    Tell the builder the sizes of open dimensions, if there are any.

    :raises ConfigError: when the network's YAML does not say them
    """
    shapes = dynamic_inputs(network)
    if not shapes:
        return
    profile = builder.create_optimization_profile()
    for name, shape in shapes.items():
        least, most = resolve(spec, name, shape, 1), resolve(spec, name, shape, spec.max_batch)
        # tuned for the most: a full batch is what has the least time to spare
        profile.set_shape(name, least, most, most)
    config.add_optimization_profile(profile)


def add_calibration_profile(
    builder: Any, config: Any, tensors: Sequence[Any], spec: NetworkSpec
) -> list[tuple[int, ...]]:
    """
    Return the shape of each input in a batch that INT8 ranges are measured with.

    The network's own; where its batch is open, of one picture, which TensorRT is told.

    :param tensors: the inputs of the network or the segment
    :raises ConfigError: when the network's YAML does not say the other open sizes
    """
    shapes = [tuple(tensor.shape) for tensor in tensors]
    if not any(-1 in shape for shape in shapes):
        return shapes
    profile = builder.create_optimization_profile()
    known = []
    for tensor, shape in zip(tensors, shapes):
        known.append(resolve(spec, str(tensor.name), shape, 1))
        if -1 in shape:
            profile.set_shape(tensor.name, known[-1], known[-1], known[-1])
    config.set_calibration_profile(profile)
    return known


def resolve(spec: NetworkSpec, name: str, shape: tuple[int, ...], batch: int) -> tuple[int, ...]:
    """
    Return a shape with its open dimensions (-1) filled in.

    :raises ConfigError: when only the input described in the YAML, a picture, could tell
    """
    inside = _inside(spec, name)
    if -1 in shape[1:] and not (inside is not None and len(shape) == 4):
        text = 'x'.join('?' if size == -1 else str(size) for size in shape)
        raise ConfigError(
            spec.where('file'),
            f"input '{name}' has the open shape {text}: export it with "
            'fixed sizes (only the batch may be open)',
        )
    known = (batch, *(inside or shape[1:])) if len(shape) == 4 else (batch, *shape[1:])
    return tuple(have if have != -1 else want for have, want in zip(shape, known))
