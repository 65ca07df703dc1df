# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors and digests of networks in segments, in a file that a node saves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.segments import POSTPROCESS
from edge_sched_ros.execution.segments import PREPROCESS
from edge_sched_ros.profiling.additions import digest
from edge_sched_ros.profiling.additions import MOST_SWITCHES
from edge_sched_ros.profiling.segments import segment_stages
from edge_sched_ros.profiling.segments import wiring_of
from edge_sched_ros.system.learned import plain_name
from edge_sched_ros.system.network import Network
from edge_sched_ros.system.network import Variant
from edge_sched_ros.system.system_file import SystemFile


def with_segments(system: SystemFile, files: Mapping[str, str]) -> SystemFile:
    """
    Return a system whose networks say what their segments exchange.

    A network whose files are other ones by now, or cannot be read, stays as it is, and the notes
    say why.

    :param system: what a dispatcher knows
    :param files: task -> the YAML file of its network; other tasks have none
    """
    networks, problems = dict(system.networks), dict[str, str]()
    own_names = system.notes.get('tasks', {})
    for called, task in system.tasks.items():
        file = files.get(own_names.get(called, called))
        if file is None or not task.network:
            continue
        try:
            networks[task.network] = _wired(networks[task.network], load_network(Path(file)))
        except ConfigError as error:
            problems[task.network] = brief(error)
    notes = {**system.notes, 'segments': problems} if problems else system.notes
    return system.model_copy(update={'networks': networks, 'notes': notes})


def _wired(network: Network, spec: NetworkSpec) -> Network:
    variants, cut = dict(network.variants), False
    for name, own in spec.by_variant.items():
        variant = variants.get(plain_name(name))
        if variant is not None and own.segments is not None:
            variants[plain_name(name)] = _wired_variant(variant, own)
            cut = True
    if not cut:
        return network
    return network.model_copy(update={'variants': variants, 'max_switches': MOST_SWITCHES})


def _wired_variant(variant: Variant, spec: NetworkSpec) -> Variant:
    """:raises ConfigError: when it ran other segments than those that are described now."""
    assert spec.segments is not None
    described = segment_stages(spec.segments)
    names = [stage.name for stage in variant.stages]
    if names != [PREPROCESS, *described, POSTPROCESS]:
        raise ConfigError(
            spec.where('segments'), f'the node ran other stages ({", ".join(names)})'
        )
    stages = tuple(
        described[stage.name].model_copy(update={'cost': stage.cost})
        if stage.name in described
        else stage
        for stage in variant.stages
    )
    return Variant(
        accuracy=variant.accuracy,
        file=spec.file.name,
        sha256=digest(spec.file, spec.segments),
        stages=stages,
        **wiring_of(spec.segments),
    )
