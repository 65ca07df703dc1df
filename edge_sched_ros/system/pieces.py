# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The networks that a task runs in sequence, and their keys in a file."""

from __future__ import annotations

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.checks import not_there
from edge_sched_ros.system.stage_costs import At
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Piece
from edge_sched_ros.system.workload import Task

Key = tuple[str, ...]


def keyed_pieces(task: Task) -> list[tuple[Key, Piece]]:
    """Return the pieces of a task with the key of each one's network."""
    if task.stages:
        return [(('stages', str(i), 'network'), piece) for i, piece in enumerate(task.stages)]
    keys: tuple[Key, ...] = (('preprocess',), ('network',))
    return list(zip(keys[-len(task.pieces) :], task.pieces))


def check_network(piece: Piece, key: Key, system: SystemFile, at: At) -> None:
    """
    Check that the network of a piece exists, or has at least costs.

    :param key: key with its name, below the task
    :raises ConfigError: when it does not exist
    """
    known = (*system.networks, *system.costs)
    if piece.network not in known:
        raise ConfigError(at(*key), not_there(piece.network, known, 'network'))


def check_task_devices(system: SystemFile) -> None:
    """
    Check that the devices which tasks name are there.

    :raises ConfigError: naming the first task whose device is not
    """
    known = system.all_devices()
    for name, task in system.tasks.items():
        if task.device and task.device not in known:
            where = system.at('tasks', name, 'device')
            raise ConfigError(where, not_there(task.device, known))
