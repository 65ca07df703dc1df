# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a network's YAML to an engine on disk: found if it fits, else built."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.network_digest import network_sha256
from edge_sched_ros.execution.precisions import INT8
from edge_sched_ros.execution.tensorrt import cache
from edge_sched_ros.execution.tensorrt.cuda import device_current
from edge_sched_ros.execution.tensorrt.files import read_bytes
from edge_sched_ros.execution.tensorrt.files import write_atomically
from edge_sched_ros.execution.tensorrt.making import Made
from edge_sched_ros.execution.tensorrt.making import make
from edge_sched_ros.execution.tensorrt.placement import check_on_dla
from edge_sched_ros.execution.tensorrt.precision import choose_precision
from edge_sched_ros.execution.tensorrt.precision import Ranges
from edge_sched_ros.execution.tensorrt.progress import Progress
from edge_sched_ros.execution.tensorrt.settings import BuildSettings
from edge_sched_ros.execution.tensorrt.shapes import describe_shapes
from edge_sched_ros.execution.tensorrt.tables import check_can_measure
from edge_sched_ros.execution.tensorrt.tables import existing_table
from edge_sched_ros.execution.tensorrt.tables import table_of
from edge_sched_ros.execution.tensorrt.target import DLA
from edge_sched_ros.execution.tensorrt.target import GPU
from edge_sched_ros.execution.tensorrt.target import Target
from edge_sched_ros.execution.tensorrt.toolchain import device_facts
from edge_sched_ros.execution.tensorrt.toolchain import Toolchain


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
    folder = settings.cache if settings.cache is not None else cache.default_folder()
    with device_current(tools.drv, target.device_index):
        if settings.samples is not None:
            stored = _calibrate(tools, spec, target, settings, folder, progress)
            if target.kind == GPU:
                return stored, True
        key = _key(tools, spec, target, settings, existing_table(spec, settings))
        found = _find(folder, key, rebuild_damaged)
        if found is None and not build:
            raise ConfigError(spec.where('file'), _missing(folder, key, spec, target))
        if found is None:
            ranges = Ranges(existing_table(spec, settings))
            made = make(tools, spec, target, key, ranges, folder, progress)
            if target.kind == DLA:
                check_on_dla(made.placement, settings.strict_dla, where=spec.where('file'))
            return _store(folder, spec, key, made), True
    if target.kind == DLA:
        # an earlier, less strict build may have left it
        check_on_dla(found.placement, settings.strict_dla, where=str(found.plan))
    return found, False


def _calibrate(
    tools: Toolchain,
    spec: NetworkSpec,
    target: Target,
    settings: BuildSettings,
    folder: Path,
    progress: Progress,
) -> cache.StoredEngine:
    """
    Measure INT8 ranges, write them, and return the GPU's engine, which is built meanwhile.

    They are measured in fp32, which a DLA cannot do; its engines are built with the same table.
    """
    assert settings.samples is not None
    table = table_of(spec, settings)
    check_can_measure(tools.api, settings.precision, table)
    gpu = target if target.kind == GPU else Target('gpu', GPU, target.device_index)
    ranges = Ranges(inputs=settings.samples(spec), drv=tools.drv)
    key = _key(tools, spec, gpu, settings, None)
    made = make(tools, spec, gpu, key, ranges, folder, progress)
    write_atomically(table, made.built.table)
    return _store(folder, spec, _key(tools, spec, gpu, settings, table), made)


def _key(
    tools: Toolchain,
    spec: NetworkSpec,
    target: Target,
    settings: BuildSettings,
    table: Path | None,
) -> cache.EngineKey:
    """Return the key of the engine that network needs on that unit."""
    precision = choose_precision(tools.api, settings.precision, target)
    ranges = read_bytes(table) if table is not None and precision == INT8 else None
    return cache.EngineKey(
        **device_facts(tools, target),
        network_sha256=network_sha256(spec.file),
        precision=precision,
        unit_kind=target.kind,
        shapes=describe_shapes(spec),
        gpu_fallback=target.kind == DLA and settings.allow_gpu_fallback,
        calibration_sha256='' if ranges is None else hashlib.sha256(ranges).hexdigest(),
    )


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


def _store(
    folder: Path, spec: NetworkSpec, key: cache.EngineKey, made: Made
) -> cache.StoredEngine:
    stem = re.sub(r'[^A-Za-z0-9_.-]', '_', spec.file.stem)
    return cache.store(folder, stem, key, made.built.plan, made.placement, made.built_s)
