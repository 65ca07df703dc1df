# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plans for ``plan_follower``: read from a file, or made during the run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from typing import TYPE_CHECKING

import click

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.text_file import read_text

if TYPE_CHECKING:
    from edge_sched_ros.planning.replanner import Replanner
    from edge_sched_ros.system.system import System


def check_follows(policy: str, plan: Path | None, replan_s: float | None) -> None:
    """Refuse options about plans for a policy that has none."""
    from edge_sched_ros.plugins.policies import follows_plan

    if follows_plan(policy):
        return
    for option, value in (('--plan', plan), ('--replan-s', replan_s)):
        if value is not None:
            raise click.UsageError(f'{option} needs --policy plan_follower; {policy} has no plan.')


def replanner() -> Replanner:
    """
    Return the planner that makes a new plan on request.

    :raises ConfigError: without OR-tools
    """
    from edge_sched_ros.planning.cp_mappings import solver_module
    from edge_sched_ros.planning.replanner import Replanner

    solver_module()
    return Replanner()


def read_plan(path: Path, system: System) -> dict[str, list[str]]:
    """
    Return task -> the unit of each stage, from the output of ``edge-sched plan --json``.

    :param system: the system with the plan's tasks or networks
    :raises ConfigError: when the file cannot be read, or does not fit the system
    """
    from edge_sched_ros.planning.apply import planned_tasks

    mapping = _mapping(path)
    networks = {
        name: name if name in mapping else task.network or name
        for name, task in system.workload.tasks.items()
    }
    for name in mapping:
        if name not in networks.values():
            known = ', '.join(sorted({*networks, *networks.values()}))
            raise ConfigError(
                f'{path}: mapping.{name}',
                f'is not a task or network of {system.workload.name} (it has: {known})',
            )
    try:
        planned_tasks(system.tasks, mapping, networks)
    except ConfigError as error:
        name = networks.get(error.where.removesuffix('.plan'), '')
        where = f'mapping.{name}' if name else error.where
        raise ConfigError(f'{path}: {where}', error.problem) from None
    return {task: mapping[name] for task, name in networks.items() if name in mapping}


def _mapping(path: Path) -> dict[str, list[str]]:
    try:
        data: Any = json.loads(read_text(path))
    except ConfigError:
        raise
    except (ValueError, RecursionError):
        raise ConfigError(
            str(path), 'is not JSON (it should be what edge-sched plan --json printed)'
        ) from None
    mapping = data.get('mapping') if isinstance(data, dict) else None
    if not isinstance(mapping, dict) or not mapping:
        raise ConfigError(f'{path}: mapping', 'must map networks to lists of units')
    for name, units in mapping.items():
        if not isinstance(units, list) or not all(isinstance(unit, str) for unit in units):
            raise ConfigError(f'{path}: mapping.{name}', 'must be a list of units')
    return mapping
