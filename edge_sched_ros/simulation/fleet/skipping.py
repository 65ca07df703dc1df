# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Segments that a job does not need, by ``chance`` and ``exit_chance`` of the stages."""

from __future__ import annotations

from collections.abc import Iterable

from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.simulation.execution_model import ExecutionModel
from edge_sched_ros.system.pieces import keyed_pieces
from edge_sched_ros.system.stage_costs import network_called
from edge_sched_ros.system.stage_costs import stages_on
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Task


def network_of_chances(file: SystemFile, task: Task, where: str) -> VariantSpec | None:
    """
    Return what a task runs with the chances of its segments; ``None`` where all always run.

    The segments are those of :func:`edge_sched_ros.system.graph.task_graph`, in its order.
    """
    stages: list[StageSpec] = []
    title, device = next(iter(file.named_devices().items()))
    for key, piece in keyed_pieces(task):
        network = network_called(piece.network, file.networks, file.costs, f'{where}.{key[-1]}')
        at = file.variant_at(piece.network)
        stages += [
            StageSpec(one.name, (), one.chance, one.exit_chance)
            for one in stages_on(network.first, device, file.costs, at, title)
        ]
    return VariantSpec('base', tuple(stages)) if _has_chances(stages) else None


def _has_chances(stages: Iterable[StageSpec]) -> bool:
    return any(stage.chance < 1 or stage.exit_chance for stage in stages)


def is_needed(
    model: ExecutionModel, task: str, network: VariantSpec, seq: int, index: int
) -> bool:
    """Return whether a job needs a segment, as the simulator of one device draws it."""
    at = 0
    while at < index:
        at += 1 + model.skip(task, network, seq, at)
    return at == index
