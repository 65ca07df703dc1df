# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A build, and what it gave."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.discovery.power_mode import read_power_mode
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensorrt import cache
from edge_sched_ros.execution.tensorrt import loading
from edge_sched_ros.execution.tensorrt.api import Api
from edge_sched_ros.execution.tensorrt.builder import build_plan
from edge_sched_ros.execution.tensorrt.builder import BuildRequest
from edge_sched_ros.execution.tensorrt.builder import Built
from edge_sched_ros.execution.tensorrt.placement import Placement
from edge_sched_ros.execution.tensorrt.precision import Ranges
from edge_sched_ros.execution.tensorrt.progress import Progress
from edge_sched_ros.execution.tensorrt.target import Target
from edge_sched_ros.execution.tensorrt.toolchain import Toolchain


@dataclass(frozen=True, slots=True)
class Made:
    """A new engine that is not stored yet."""

    built: Built
    placement: Placement
    built_s: float


def make(
    tools: Toolchain,
    spec: NetworkSpec,
    target: Target,
    key: cache.EngineKey,
    ranges: Ranges,
    folder: Path,
    progress: Progress,
) -> Made:
    """
    Build the engine of a key and look into it; the context must be current.

    :raises ConfigError: in one line why it cannot be built
    """
    api = tools.api
    if not api.can_build:
        raise ConfigError(spec.where('file'), 'this TensorRT can run engines but not build')
    request = BuildRequest(
        spec=spec,
        target=target,
        precision=key.precision,
        allow_gpu_fallback=key.gpu_fallback,
        ranges=ranges,
        timing_cache=_timing_cache(folder, key),
    )
    started = time.monotonic()
    # a release that does not tell how far it is has begun, at least
    progress(0.0)
    built = build_plan(api, request, progress)
    placement = _look_into(api, built.plan, target, request.where)
    return Made(built, placement, time.monotonic() - started)


def _timing_cache(folder: Path, key: cache.EngineKey) -> Path:
    """Return the file of what tactics took: those of this machine in its power mode."""
    machine = (key.tensorrt, key.device, key.compute_capability, key.multiprocessors)
    text = f'{machine} {key.module} {key.l4t} {key.dla_cores} {read_power_mode().name}'
    return folder / f'timing-{hashlib.sha256(text.encode()).hexdigest()[:16]}.cache'


def _look_into(api: Api, plan: bytes, target: Target, where: str) -> Placement:
    """Return where a new engine's layers run."""
    runtime = loading.make_runtime(api, target, where)
    engine = loading.deserialize(api, runtime, plan, where)
    placement = loading.inspect(api, engine, where)
    # an engine must not outlive its runtime
    del engine
    del runtime
    return placement
