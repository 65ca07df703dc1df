# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Engines that a network's YAML names as its file: taken only if they were built for here."""

from __future__ import annotations

import hashlib
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensorrt import cache
from edge_sched_ros.execution.tensorrt.cuda import device_current
from edge_sched_ros.execution.tensorrt.files import read_code
from edge_sched_ros.execution.tensorrt.placement import check_on_dla
from edge_sched_ros.execution.tensorrt.plan_register import check_known
from edge_sched_ros.execution.tensorrt.plan_register import remember
from edge_sched_ros.execution.tensorrt.target import DLA
from edge_sched_ros.execution.tensorrt.target import Target
from edge_sched_ros.execution.tensorrt.toolchain import device_facts
from edge_sched_ros.execution.tensorrt.toolchain import Toolchain

#: files that are engines already
PLAN_SUFFIXES = ('.plan', '.engine', '.trt')


def is_plan(spec: NetworkSpec) -> bool:
    """Return whether the network's file is an engine already."""
    return spec.file.suffix.lower() in PLAN_SUFFIXES


def check_own_plan(
    tools: Toolchain, spec: NetworkSpec, target: Target, *, strict_dla: bool = False
) -> tuple[bytes, cache.StoredEngine]:
    """
    Return the plan that a network's YAML names as its file, checked against this machine.

    :param strict_dla: refuse one for a DLA core of which any layer runs on the GPU
    :raises ConfigError: when it is from elsewhere, damaged, not of that unit, or nothing says
        what it is
    """
    description = cache.describing_file(spec.file)
    if not description.is_file():
        raise ConfigError(
            spec.where('file'),
            f'cannot load {spec.file}: nothing says what it was built for ({description.name} is '
            'missing); name the ONNX file instead',
        )
    stored = cache.read_description(description)
    with device_current(tools.drv, target.device_index):
        facts = device_facts(tools, target)
    wanted = {**facts, 'unit_kind': target.kind}
    wrong = [
        f'{name} {getattr(stored.key, name)} instead of {value}'
        for name, value in wanted.items()
        if getattr(stored.key, name) != value
    ]
    if wrong:
        raise ConfigError(
            spec.where('file'),
            f'cannot load {spec.file}: it was built for {", ".join(wrong)}; build it here from '
            'the ONNX file',
        )
    if target.kind == DLA:
        check_on_dla(stored.placement, strict_dla, where=spec.where('file'))
    plan = read_code(spec.file)
    if hashlib.sha256(plan).hexdigest() != stored.plan_sha256:
        raise ConfigError(
            spec.where('file'), f'cannot load {spec.file}: it is damaged (wrong checksum)'
        )
    check_known(stored.plan_sha256, spec.file)
    return plan, stored


def accept(plan: Path) -> None:
    """
    Note that the user trusts an engine that was built elsewhere.

    :raises ConfigError: when it is no engine of a trusted folder, or cannot be noted
    """
    if plan.suffix.lower() not in PLAN_SUFFIXES:
        raise ConfigError(str(plan), f'is not an engine ({", ".join(PLAN_SUFFIXES)})')
    remember(hashlib.sha256(read_code(plan)).hexdigest(), plan.resolve())
