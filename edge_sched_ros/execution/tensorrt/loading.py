# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plans made runnable, and what they say of themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.tensorrt.api import Api
from edge_sched_ros.execution.tensorrt.placement import count_layers
from edge_sched_ros.execution.tensorrt.placement import Placement
from edge_sched_ros.execution.tensorrt.target import DLA
from edge_sched_ros.execution.tensorrt.target import Target
from edge_sched_ros.execution.tensors import TensorInfo


def make_runtime(api: Api, target: Target, where: str) -> Any:
    """
    Return a runtime for a unit; the CUDA context must be current.

    :raises ConfigError: when TensorRT finds no such DLA core
    """
    runtime = api.trt.Runtime(api.logger)
    if runtime is None:
        raise ConfigError(where, 'TensorRT gave no runtime')
    if target.kind == DLA:
        cores = int(runtime.num_DLA_cores)
        if target.index >= cores:
            raise ConfigError(target.name, f'TensorRT finds {cores} DLA cores on this machine')
        # which core an engine runs on is chosen here, before it is read
        runtime.DLA_core = target.index
    return runtime


def deserialize(api: Api, runtime: Any, plan: bytes, where: str) -> Any:
    """
    Return the engine of a plan.

    :raises ConfigError: when TensorRT cannot read it
    """
    with api.logger.reasons.open() as reasons:
        engine = runtime.deserialize_cuda_engine(plan)
    if engine is None:
        raise ConfigError(where, f'cannot load this engine: {reasons}')
    return engine


def inspect(api: Api, engine: Any, where: str) -> Placement:
    """
    Return how many layers run where.

    :raises ConfigError: when the engine does not tell
    """
    inspector = engine.create_engine_inspector()
    form = api.trt.LayerInformationFormat.JSON
    try:
        information = str(inspector.get_engine_information(form))
        return count_layers(information, tensors=int(engine.num_io_tensors))
    except ValueError as error:
        raise ConfigError(where, f'cannot tell where its layers run: {error}') from None


def io_names(api: Api, engine: Any) -> Iterator[tuple[str, bool]]:
    """Yield the name of every tensor a caller gives or gets, and whether it is an input."""
    for index in range(engine.num_io_tensors):
        name = str(engine.get_tensor_name(index))
        yield name, engine.get_tensor_mode(name) == api.trt.TensorIOMode.INPUT


def tensor_info(api: Api, engine: Any, name: str, where: str) -> TensorInfo:
    """
    Return shape and type of an input or output.

    :raises ConfigError: when numpy has no such type, or the value is to be in host memory
    """
    if engine.get_tensor_location(name) != api.trt.TensorLocation.DEVICE:
        raise ConfigError(where, f"'{name}' is a shape, such inputs and outputs are not supported")
    shape = tuple(size if size >= 0 else None for size in engine.get_tensor_shape(name))
    try:
        dtype = np.dtype(api.trt.nptype(engine.get_tensor_dtype(name)))
    except TypeError:
        kind = engine.get_tensor_dtype(name)
        raise ConfigError(where, f"'{name}' is of type {kind}, which numpy has not") from None
    return TensorInfo(name, shape, dtype.name)
