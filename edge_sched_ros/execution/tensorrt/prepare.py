# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a network's YAML to an engine on disk: found if it fits, else built."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensorrt import cache
from edge_sched_ros.execution.tensorrt import loading
from edge_sched_ros.execution.tensorrt.api import Api
from edge_sched_ros.execution.tensorrt.api import load_api
from edge_sched_ros.execution.tensorrt.builder import build_plan
from edge_sched_ros.execution.tensorrt.builder import BuildRequest
from edge_sched_ros.execution.tensorrt.builder import choose_precision
from edge_sched_ros.execution.tensorrt.cuda import device_current
from edge_sched_ros.execution.tensorrt.cuda import load_driver
from edge_sched_ros.execution.tensorrt.placement import check_strict
from edge_sched_ros.execution.tensorrt.placement import Placement
from edge_sched_ros.execution.tensorrt.progress import Progress
from edge_sched_ros.execution.tensorrt.settings import BuildSettings
from edge_sched_ros.execution.tensorrt.settings import INT8
from edge_sched_ros.execution.tensorrt.shapes import describe_shapes
from edge_sched_ros.execution.tensorrt.target import DLA
from edge_sched_ros.execution.tensorrt.target import GPU
from edge_sched_ros.execution.tensorrt.target import Target

_UNNAMED = Target('gpu', GPU, 0)


@dataclass(frozen=True, slots=True)
class Toolchain:
    """TensorRT and CUDA, both known to work."""

    api: Api
    drv: Any


def load_toolchain() -> Toolchain:
    """
    Import what is needed, the driver first: TensorRT crashes without one.

    Nothing is imported that a probe, in a process of its own, did not survive.

    :raises ConfigError: naming what is missing
    """
    found = probes.probe_machine()
    for result in (found.cuda, found.pycuda, found.tensorrt):
        if not result.ok:
            raise ConfigError('', result.reason)
    drv = load_driver()
    return Toolchain(load_api(), drv)


def make_key(
    tools: Toolchain, spec: NetworkSpec, target: Target, settings: BuildSettings
) -> cache.EngineKey:
    """
    Return the key of the engine that network needs on that unit; the context must be current.

    :raises ConfigError: when the precision is not to be had
    """
    precision = choose_precision(tools.api, settings.precision, target)
    ranges = _calibration(spec, settings) if precision == INT8 else None
    return cache.EngineKey(
        **device_facts(tools, target),
        network_sha256=cache.network_sha256(spec.file),
        precision=precision,
        unit_kind=target.kind,
        shapes=describe_shapes(spec),
        gpu_fallback=target.kind == DLA and settings.allow_gpu_fallback,
        calibration_sha256=(
            hashlib.sha256(cache.read_bytes(ranges)).hexdigest() if ranges is not None else ''
        ),
    )


def device_facts(tools: Toolchain, target: Target) -> dict[str, Any]:
    """Return what of an engine's key is this machine's; the context must be current."""
    device = tools.drv.Device(target.device_index)
    runtime = loading.make_runtime(tools.api, _UNNAMED, target.name)
    return {
        'tensorrt': tools.api.version,
        'device': str(device.name()),
        'compute_capability': '.'.join(str(part) for part in device.compute_capability()),
        'dla_cores': int(runtime.num_DLA_cores),
    }


def _calibration(spec: NetworkSpec, settings: BuildSettings) -> Path | None:
    if settings.calibration is not None:
        return settings.calibration
    beside = spec.file.with_suffix('.calib')
    return beside if beside.is_file() else None


def prepare(
    tools: Toolchain,
    spec: NetworkSpec,
    target: Target,
    settings: BuildSettings,
    *,
    progress: Progress = lambda done: None,
    build: bool = True,
    rebuild_damaged: bool = False,
) -> tuple[cache.StoredEngine, bool]:
    """
    Return the engine for a network on a unit, and whether it had to be built.

    :param settings: those of the network's YAML go before these
    :param build: whether to build it when there is none
    :param rebuild_damaged: whether to replace a damaged one instead of refusing
    :raises ConfigError: when it cannot be had, in one line
    """
    settings = settings.for_network(spec.engine_options)
    with device_current(tools.drv, target.device_index):
        key = make_key(tools, spec, target, settings)
        folder = settings.cache if settings.cache is not None else cache.default_folder()
        stored = _find(folder, key, rebuild_damaged)
        built = stored is None
        if stored is None and not build:
            raise ConfigError(f'{spec.source}: file', _missing(folder, key, spec, target))
        if stored is None:
            stored = _build(tools, spec, target, settings, key, folder, progress)
    if settings.strict_dla and target.kind == DLA:
        # an earlier, less strict build may have left it
        check_strict(stored.placement, where=str(stored.plan))
    return stored, built


def _find(folder: Path, key: cache.EngineKey, rebuild: bool) -> cache.StoredEngine | None:
    try:
        stored = cache.find(folder, key)
        if stored is not None:
            stored.read()
    except ConfigError:
        if not rebuild:
            raise
        return None
    return stored


def _missing(folder: Path, key: cache.EngineKey, spec: NetworkSpec, target: Target) -> str:
    """Say that there is no engine, and how one that is there differs."""
    near = ''
    for path in sorted(folder.glob('*.json')):
        try:
            other = cache.read_description(path).key
        except ConfigError:
            continue
        if other.network_sha256 == key.network_sha256 and other.unit_kind == key.unit_kind:
            near = f'; one is there for {key.differences(other)}'
    return (
        f'{folder} has no engine of {spec.file.name} for {target.name}{near}: '
        f'edge-sched build {spec.source} --unit {target.name}'
    )


def _build(
    tools: Toolchain,
    spec: NetworkSpec,
    target: Target,
    settings: BuildSettings,
    key: cache.EngineKey,
    folder: Path,
    progress: Progress,
) -> cache.StoredEngine:
    api = tools.api
    if not api.can_build:
        raise ConfigError(f'{spec.source}: file', 'this TensorRT can run engines but not build')
    tuned = hashlib.sha256(
        f'{key.tensorrt} {key.device} {key.compute_capability} {key.dla_cores}'.encode()
    ).hexdigest()[:16]
    request = BuildRequest(
        spec=spec,
        target=target,
        precision=key.precision,
        allow_gpu_fallback=key.gpu_fallback,
        calibration=_calibration(spec, settings),
        timing_cache=folder / f'timing-{tuned}.cache',
    )
    started = time.monotonic()
    plan = build_plan(api, request, progress)
    placement = _look_into(api, plan, target, request.where)
    if settings.strict_dla and target.kind == DLA:
        check_strict(placement, where=request.where)
    stem = re.sub(r'[^A-Za-z0-9_.-]', '_', spec.file.stem)
    return cache.store(folder, stem, key, plan, placement, time.monotonic() - started)


def _look_into(api: Api, plan: bytes, target: Target, where: str) -> Placement:
    """Return where a new engine's layers run."""
    runtime = loading.make_runtime(api, target, where)
    engine = loading.deserialize(api, runtime, plan, where)
    placement = loading.inspect(api, engine, where)
    # an engine must not outlive its runtime
    del engine
    del runtime
    return placement
