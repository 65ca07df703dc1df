# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Variants for other kinds of units than a task has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig
from edge_sched_ros.pipeline.tasks.network_loading import Loaded


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """
    Why a variant runs on no unit of a task.

    :param told: the reason, as words after its name
    :param forbidden: whether this machine could run it, but the configuration forbids it
    """

    told: str
    forbidden: bool


def made_for_others(
    specs: Mapping[str, NetworkSpec], loaded: Mapping[str, Loaded], able: frozenset[str]
) -> dict[str, Elsewhere]:
    """
    Return the variants that were not loaded, since no unit of the task is of their kinds.

    :param able: kinds of the machine's units that an engine serves
    """
    found = {}
    for name, one in loaded.items():
        if one.networks or one.refused:
            continue
        forbidden = not able.isdisjoint(specs[name].kinds)
        here = 'which are excluded by the parameters units'
        if not forbidden:
            here = f'and networks run on {", ".join(sorted(able))} here'
        kinds = ', '.join(specs[name].kinds)
        found[name] = Elsewhere(f'is listed, but made for {kinds}, {here}', forbidden)
    return found


def check_pin(task: TaskConfig, found: Mapping[str, Elsewhere], *, require_units: bool) -> None:
    """
    Check that a task's variant can run on some unit.

    :raises ConfigError: when only the configuration forbids it, or units are required
    """
    pinned = found.get(task.variant)
    if pinned is None or not (pinned.forbidden or require_units):
        return
    required = '' if pinned.forbidden else ' (require_units is true)'
    raise ConfigError(f'{task.name}.variant', f"'{task.variant}' {pinned.told}{required}")
