# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Builds a plan from an ONNX file for the GPU or a DLA core."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensorrt import parsing
from edge_sched_ros.execution.tensorrt.api import Api
from edge_sched_ros.execution.tensorrt.files import write_atomically
from edge_sched_ros.execution.tensorrt.precision import Precision
from edge_sched_ros.execution.tensorrt.precision import Ranges
from edge_sched_ros.execution.tensorrt.progress import make_monitor
from edge_sched_ros.execution.tensorrt.progress import Progress
from edge_sched_ros.execution.tensorrt.reasons import Reasons
from edge_sched_ros.execution.tensorrt.shapes import add_profile
from edge_sched_ros.execution.tensorrt.target import DLA
from edge_sched_ros.execution.tensorrt.target import Target


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """
    What to build.

    :param precision: never ``auto``: see :func:`.precision.choose_precision`
    :param ranges: where those of INT8 come from
    :param timing_cache: file with what tactics took in earlier builds on this device
    """

    spec: NetworkSpec
    target: Target
    precision: str
    allow_gpu_fallback: bool
    ranges: Ranges
    timing_cache: Path

    @property
    def where(self) -> str:
        """What messages begin with."""
        return self.spec.where('file')


@dataclass(frozen=True, slots=True)
class Built:
    """
    What a build gave.

    :param table: INT8 ranges, where they were measured; else empty
    """

    plan: bytes
    table: bytes


def build_plan(api: Api, request: BuildRequest, progress: Progress) -> Built:
    """
    Build a plan. Takes minutes; the CUDA context must be current.

    :param progress: called with the share that is done, on releases that tell
    :raises ConfigError: in one line why it cannot be built
    """
    with api.logger.reasons.open() as reasons:
        return _build(api, request, progress, reasons)


def _build(api: Api, request: BuildRequest, progress: Progress, reasons: Reasons) -> Built:
    builder = api.trt.Builder(api.logger)
    if builder is None:
        raise ConfigError(request.where, 'TensorRT gave no builder')
    _check_core(builder, request)
    network = parsing.parse(api, builder, request.spec, request.precision)
    config = builder.create_builder_config()
    config.profiling_verbosity = api.trt.ProfilingVerbosity.DETAILED
    # TensorRT keeps no reference of its own to it
    monitor = make_monitor(api.trt, progress)
    if monitor is not None:
        config.progress_monitor = monitor
    precision = Precision(request.precision, request.ranges, request.where)
    try:
        precision.apply(api, builder, config, network, request.spec)
        # which layers a DLA can run depends on the precision
        _set_unit(api, config, network, request)
        add_profile(builder, config, network, request.spec)
        _set_timing_cache(config, request.timing_cache)
        serialized = builder.build_serialized_network(network, config)
        if monitor is not None and monitor.raised is not None:
            raise monitor.raised
        precision.check()
    finally:
        precision.free()
    if serialized is None:
        raise ConfigError(
            request.where,
            f'cannot build {request.spec.file} for {request.target.name}: {reasons}',
        )
    _save_timing_cache(config, request.timing_cache)
    return Built(bytes(serialized), precision.table())


def _check_core(builder: Any, request: BuildRequest) -> None:
    target, cores = request.target, int(builder.num_DLA_cores)
    if target.kind == DLA and target.index >= cores:
        raise ConfigError(target.name, f'TensorRT finds {cores} DLA cores on this machine')


def _set_unit(api: Api, config: Any, network: Any, request: BuildRequest) -> None:
    if request.target.kind != DLA:
        return
    parsing.check_dla_shapes(network, request.where)
    # Inputs and outputs stay linear, which costs a rearranging layer on the GPU for each. A DLA's
    # own formats would have the CPU pack them: the YOLO11-DLA study spent 7.5 and 10.7 ms on that
    # around an engine of 4.5 ms.
    config.default_device_type = api.trt.DeviceType.DLA
    config.DLA_core = request.target.index
    if request.allow_gpu_fallback:
        config.set_flag(api.builder_flag('GPU_FALLBACK'))
        return
    refused = parsing.layers_not_for_dla(config, network)
    if refused:
        more = f' and {len(refused) - 1} more' if len(refused) > 1 else ''
        raise ConfigError(
            request.where,
            f'the DLA cannot run layer {refused[0]}{more}: change the network, cut it there, or '
            'allow the GPU for such layers (allow_gpu_fallback)',
        )


def _set_timing_cache(config: Any, path: Path) -> None:
    """Use what earlier builds measured; what does not fit is measured anew."""
    data = path.read_bytes() if path.is_file() else b''
    timing_cache = config.create_timing_cache(data)
    if timing_cache is None or not config.set_timing_cache(timing_cache, False):
        config.set_timing_cache(config.create_timing_cache(b''), False)


def _save_timing_cache(config: Any, path: Path) -> None:
    timing_cache = config.get_timing_cache()
    serialized = timing_cache.serialize() if timing_cache is not None else None
    if serialized is not None:
        write_atomically(path, bytes(serialized))
