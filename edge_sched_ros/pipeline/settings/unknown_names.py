# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Names of parameters that are not ours: of ROS, of other nodes, or ours with a mistake in them.

Parameter files are shared between nodes (``/**:``), so a name of somebody else is told and not
refused; a name that is nearly one of ours, or stands in a group of ours, is a mistake.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.pipeline.settings.parameter_table import ParameterTable
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.pipeline.settings.parameters import TASK_PARAMETERS
from edge_sched_ros.pipeline.settings.policy_settings import built_in_specs
from edge_sched_ros.pipeline.settings.policy_settings import GROUP
from edge_sched_ros.pipeline.settings.policy_settings import group_in
from edge_sched_ros.pipeline.settings.policy_settings import group_of
from edge_sched_ros.pipeline.settings.policy_settings import policy_of
from edge_sched_ros.pipeline.settings.policy_settings import specs_of

#: parameters that ROS gives to nodes, and libraries that many nodes use
_ROS_NAMES = (
    'use_sim_time',
    'qos_overrides',
    'start_type_description_service',
    'diagnostic_updater',
    'service_introspection',
    'bond_timeout',
    'bond_disable_heartbeat_timeout',
)
#: what the parameters of policies were called before
_OLD_GROUP = 'policy_params.'
#: dots in ``policies.NAME.``; ``policies.package.module.Class.`` has more
_OF_A_NAME = 2
#: names this alike are taken for the same one, mistyped
_NEAR = 0.84
#: names of one group that are told, at most
_MOST_TOLD = 3
_TASK_KEYS = [spec.name for spec in TASK_PARAMETERS]


def is_ros_name(name: str) -> bool:
    """Whether it is a parameter that ROS or a library of it gives to nodes."""
    return name.partition('.')[0] in _ROS_NAMES


def judge(names: Iterable[str], table: ParameterTable, policy: str) -> list[str]:
    """
    Return what is to be told of names that are not in the table, a line for each group.

    :param policy: that in force
    :raises ConfigError: for the first that is meant to be one of ours, with the one it should be
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        group = name.partition('.')[0]
        if is_ros_name(name) or group in table.unread:
            continue
        refuse_mistake(name, table, policy)
        groups.setdefault(group, []).append(name)
    return [_told(group, own, table) for group, own in groups.items()]


def refuse_mistake(name: str, table: ParameterTable, policy: str) -> None:
    """Check a name that is not in the table; :raises ConfigError: when it is meant to be ours."""
    if name.startswith(_OLD_GROUP):
        raise ConfigError(name, f'is now {_new_name(name, policy)}')
    group, _, key = name.partition('.')
    if not key:
        if group in table.tasks:
            raise ConfigError(name, f"must be a group of keys: '{name}.topic' and so on")
        scheduler = [spec.name for spec in SCHEDULER_PARAMETERS]
        if found := nearest(name, scheduler):
            raise ConfigError(name, f"unknown parameter; did you mean '{found}'?")
        return
    if group in table.tasks:
        raise ConfigError(name, _unknown_of_task(group, key, table))
    if f'{group}.' == GROUP:
        _refuse_of_policy(name, table)
        return
    task = nearest(group, table.tasks)
    if task and (found := nearest(key, [*_TASK_KEYS, *table.options(task)])):
        raise ConfigError(name, f"unknown parameter; did you mean '{task}.{found}'?")


def not_ours(name: str, table: ParameterTable) -> str:
    """Return what is said of a name that is to be set and is no mistaken one of ours."""
    task, _, key = name.partition('.')
    if key in _TASK_KEYS:
        return f"{name}: '{task}' is not in tasks ({', '.join(table.tasks)}); set tasks first"
    return f'{name}: the scheduler has no such parameter'


def _refuse_of_policy(name: str, table: ParameterTable) -> None:
    """Refuse a parameter that no policy has; one of a policy that is not in use is let be."""
    policy = policy_of(name)
    if policy:
        try:
            specs_of(policy)
        except ConfigError as error:
            raise ConfigError(name, error.problem) from None
    elif group_in(name).count('.') > _OF_A_NAME:
        return
    ours = [*built_in_specs(), *table.specs]
    raise ConfigError(name, f'no policy has such a parameter{did_you_mean(name, ours)}')


def _unknown_of_task(task: str, key: str, table: ParameterTable) -> str:
    own = table.options(task)
    hint = did_you_mean(f'{task}.{key}', [f'{task}.{one}' for one in (*_TASK_KEYS, *own)])
    if hint:
        return f'unknown parameter{hint}'
    known = ', '.join(own) or 'none'
    return f'unknown parameter (besides those of every task it has: {known})'


def _new_name(name: str, policy: str) -> str:
    key = name.removeprefix(_OLD_GROUP)
    ours = [full for full in built_in_specs() if full.rpartition('.')[2] == key]
    own = f'{group_of(policy)}{key}'
    if own in ours or not ours:
        return own
    return ours[0]


def _told(group: str, names: list[str], table: ParameterTable) -> str:
    shown = ', '.join(names[:_MOST_TOLD])
    if len(names) > _MOST_TOLD:
        shown += f' and {len(names) - _MOST_TOLD} more'
    keys = {name.partition('.')[2] for name in names}
    if keys & {'network', 'program', 'topic', 'deadline_ms'}:
        return f"{shown}: ignored, '{group}' is not in tasks ({', '.join(table.tasks)})"
    if f'{group}.' == GROUP:
        return f'{shown}: ignored, no such policy is in use'
    kind = 'parameters' if len(names) > 1 else 'a parameter'
    return f'{shown}: ignored, not {kind} of the scheduler'


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the one of the known names that a name is a mistyped form of; empty for none."""
    best, found = _NEAR, ''
    plain = name.casefold().replace('-', '_')
    for one in known:
        ratio = difflib.SequenceMatcher(None, plain, one).ratio()
        if sorted(plain) == sorted(one):
            ratio = 1.0  # two letters that have changed places
        if ratio > best:
            best, found = ratio, one
    return found
