# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Why no device of a cluster can run the networks of a task."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from edge_sched_ros.system.device import Device
from edge_sched_ros.system.network_costs import network_cost
from edge_sched_ros.system.stage_costs import stages_on
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Piece
from edge_sched_ros.system.workload import Task


def why_unable(system: SystemFile, nodes: Mapping[str, Device], task: Task) -> str:
    """
    Return which networks of a task no device can run; all if no device can run all.

    :param nodes: types of devices by name
    """
    alone = [piece for piece in task.pieces if not _can_run(system, nodes, piece)]
    for piece in alone:
        if missing := _missing_stages(system, nodes, piece):
            return missing
    wanted = ' and '.join(
        f"'{piece.network}'" + (f' on {piece.unit}' if piece.unit else '')
        for piece in alone or task.pieces
    )
    return (
        f'no device can run {wanted}: none has {"its" if len(alone) == 1 else "all their"} costs'
    )


def _can_run(system: SystemFile, nodes: Mapping[str, Device], piece: Piece) -> bool:
    return any(
        network_cost(piece.network, unit, node, system) is not None
        for node in nodes.values()
        for unit in node.units
        if piece.unit in ('', unit)
    )


def _missing_stages(system: SystemFile, nodes: Mapping[str, Device], piece: Piece) -> str:
    """Return what is wrong with a network whose stages only several units together can run."""
    network = system.networks.get(piece.network)
    if network is None:
        return ''
    lacking: dict[str, list[str]] = {}
    for title, node in nodes.items():
        at = partial(system.at, 'networks', piece.network)
        stages = stages_on(network.first, node, system.costs, at, title)
        for unit in node.units:
            if piece.unit in ('', unit):
                lacking[f'{title}/{unit}'] = [one.name for one in stages if unit not in one.on]
    if not lacking:
        return ''
    unit, names = min(lacking.items(), key=lambda item: len(item[1]))
    if len(names) == len(network.first.stages):
        return ''  # no stage has costs anywhere
    return (
        f"no unit can run '{piece.network}', which is placed whole on one: "
        f'{unit} has no cost of its stages {", ".join(names)}'
    )
