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
from edge_sched_ros.execution.tensorrt.cache import read_bytes
from edge_sched_ros.execution.tensorrt.cache import write_atomically
from edge_sched_ros.execution.tensorrt.calibration import make_calibrator
from edge_sched_ros.execution.tensorrt.progress import make_monitor
from edge_sched_ros.execution.tensorrt.progress import Progress
from edge_sched_ros.execution.tensorrt.settings import AUTO
from edge_sched_ros.execution.tensorrt.settings import FP16
from edge_sched_ros.execution.tensorrt.settings import FP32
from edge_sched_ros.execution.tensorrt.settings import INT8
from edge_sched_ros.execution.tensorrt.settings import STRONG
from edge_sched_ros.execution.tensorrt.shapes import add_profile
from edge_sched_ros.execution.tensorrt.target import DLA
from edge_sched_ros.execution.tensorrt.target import Target


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """
    What to build.

    :param precision: never ``auto``: see :func:`choose_precision`
    :param calibration: file of INT8 ranges, if there is one
    :param timing_cache: file with what tactics took in earlier builds on this device
    """

    spec: NetworkSpec
    target: Target
    precision: str
    allow_gpu_fallback: bool
    calibration: Path | None
    timing_cache: Path

    @property
    def where(self) -> str:
        """What messages begin with."""
        return f'{self.spec.source}: file'


def choose_precision(api: Api, wanted: str, target: Target) -> str:
    """
    Return the precision to build with.

    :raises ConfigError: when this release or the unit cannot do it, saying what it can
    """
    has_fp16 = api.builder_flag('FP16') is not None
    if wanted == AUTO:
        wanted = FP16 if has_fp16 else STRONG
    missing = {FP16: not has_fp16, INT8: api.builder_flag('INT8') is None}
    if missing.get(wanted):
        raise ConfigError(
            '--precision',
            f'TensorRT {api.version} has no {wanted} switch, types come from the ONNX file: '
            f'export it in {wanted} and use strong',
        )
    if wanted == STRONG and not api.network_flag('STRONGLY_TYPED'):
        raise ConfigError('--precision', f'TensorRT {api.version} cannot build strongly typed')
    if wanted == FP32 and target.kind == DLA:
        raise ConfigError('--precision', 'a DLA computes in fp16 or int8, not in fp32')
    return wanted


def build_plan(api: Api, request: BuildRequest, progress: Progress) -> bytes:
    """
    Return the plan. Takes minutes; the CUDA context must be current.

    :param progress: called with the share that is done, on releases that tell
    :raises ConfigError: in one line why it cannot be built
    """
    api.logger.errors = []
    builder = api.trt.Builder(api.logger)
    if builder is None:
        raise ConfigError(request.where, 'TensorRT gave no builder')
    _check_core(builder, request)
    network = parsing.parse(api, builder, request.spec, request.precision)
    config = builder.create_builder_config()
    config.profiling_verbosity = api.trt.ProfilingVerbosity.DETAILED
    # TensorRT keeps no reference of its own to some of these
    kept = [_set_precision(api, config, network, request)]
    _set_unit(api, config, network, request)
    add_profile(builder, config, network, request.spec)
    _set_timing_cache(config, request.timing_cache)
    monitor = make_monitor(api.trt, progress)
    if monitor is not None:
        config.progress_monitor = monitor
    kept.append(monitor)
    serialized = builder.build_serialized_network(network, config)
    if monitor is not None and monitor.raised is not None:
        raise monitor.raised
    if serialized is None:
        raise ConfigError(
            request.where,
            f'cannot build {request.spec.file} for {request.target.name}: {_reason(api)}',
        )
    _save_timing_cache(config, request.timing_cache)
    return bytes(serialized)


def _reason(api: Api) -> str:
    return api.logger.errors[-1] if api.logger.errors else 'TensorRT gives no reason'


def _check_core(builder: Any, request: BuildRequest) -> None:
    target, cores = request.target, int(builder.num_DLA_cores)
    if target.kind == DLA and target.index >= cores:
        raise ConfigError(target.name, f'TensorRT finds {cores} DLA cores on this machine')


def _set_precision(api: Api, config: Any, network: Any, request: BuildRequest) -> Any:
    """Set the flags, and return what must live as long as the build."""
    if request.precision == FP16:
        config.set_flag(api.builder_flag('FP16'))
    if request.precision != INT8:
        return None
    config.set_flag(api.builder_flag('INT8'))
    # layers without an INT8 form are faster so, and a DLA has no other form for them
    config.set_flag(api.builder_flag('FP16'))
    if parsing.has_ranges(api, network):
        return None
    calibrator = None
    if request.calibration is not None:
        calibrator = make_calibrator(api.trt, read_bytes(request.calibration))
    if calibrator is None:
        raise ConfigError(
            request.where,
            f'{request.spec.file} has no ranges for int8: it needs Q/DQ operators, or a '
            f'calibration cache {request.spec.file.with_suffix(".calib")}',
        )
    config.int8_calibrator = calibrator
    return calibrator


def _set_unit(api: Api, config: Any, network: Any, request: BuildRequest) -> None:
    if request.target.kind != DLA:
        return
    parsing.check_dla_shapes(network, request.where)
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
