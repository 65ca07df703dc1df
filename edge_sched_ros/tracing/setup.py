# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The first line of a trace: what ran where and at what costs, so that no other file is needed."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import asdict
from itertools import permutations
from typing import Any

from edge_sched_ros.core.codec import task_of
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.units import Unit

#: format of the lines
FORMAT = 3


def setup_data(
    tasks: Iterable[TaskSpec], units: Iterable[Unit], profiles: Profiles
) -> dict[str, Any]:
    """
    Return tasks, units and costs, JSON types only.

    Call it while nothing else handles events.
    """
    every, there = list(tasks), list(units)
    names = [unit.name for unit in there]
    return {
        'tasks': [asdict(task) for task in every],
        'units': [asdict(unit) for unit in there],
        'costs': [cost for task in every for cost in _costs(task, profiles)],
        'transitions': [
            [one, two, time_ns]
            for one, two in permutations(names, 2)
            if (time_ns := profiles.transition_ns(one, two))
        ],
    }


def _costs(task: TaskSpec, profiles: Profiles) -> Iterator[dict[str, Any]]:
    for variant in task.all_variants or task.variants:
        for stage in variant.stages:
            known = profiles.on_units(task.name, variant.name, stage.name)
            for unit, cost in known.items():
                latency_ns = cost.expected_ns(1)
                if latency_ns is not None:
                    yield {
                        'task': task.name,
                        'variant': variant.name,
                        'stage': stage.name,
                        'unit': unit,
                        'latency_ns': latency_ns,
                        'per_item_ns': (cost.expected_ns(2) or 0) - latency_ns,
                        'energy_mj': cost.energy_mj,
                        'energy_per_item_mj': cost.energy_per_item_mj,
                    }


class Setup:
    """
    What a trace says about tasks, units and costs.

    :param head: the first line of the trace
    :raises ConfigError: when it has none of this; naming the key
    """

    def __init__(self, head: Mapping[str, Any]) -> None:
        data = head.get('setup')
        if not isinstance(data, dict):
            raise ConfigError('setup', 'is missing: it is not a trace of one device')
        try:
            self.policy = str(head['policy'])
            self.policy_parameters: dict[str, Any] = dict(head.get('policy_parameters', {}))
            self.tasks: dict[str, TaskSpec] = {
                task.name: task for task in map(task_of, data['tasks'])
            }
            self.units: dict[str, Unit] = {one['name']: Unit(**one) for one in data['units']}
            self.costs: list[dict[str, Any]] = [dict(cost) for cost in data['costs']]
            self.transitions = [(one, two, time_ns) for one, two, time_ns in data['transitions']]
            self.floor_periods = float(head.get('floor_periods', 0.0))
            self.profiles()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigError('setup', f'is not that of a trace ({error})') from None

    def profiles(self) -> Profiles:
        """Return the costs for a dispatcher."""
        found = Profiles()
        for cost in self.costs:
            key = StageKey(cost['task'], cost['variant'], cost['stage'], cost['unit'])
            found.set(
                key,
                cost['latency_ns'],
                source='trace',
                per_item_ns=cost['per_item_ns'],
                energy_mj=cost['energy_mj'],
                energy_per_item_mj=cost['energy_per_item_mj'],
            )
        for one, two, time_ns in self.transitions:
            found.set_transition(one, two, time_ns)
        return found
