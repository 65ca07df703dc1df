# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Unknown names of parameters: of ROS, of other nodes, or ours with a typing mistake.

Parameter files are shared between nodes (``/**:``), so a foreign name is logged and not refused; a
name that is close to one of ours, or in one of our groups, is a mistake.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

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

#: parameters that ROS or widely used libraries declare on nodes
_ROS_NAMES = (
    'use_sim_time',
    'qos_overrides',
    'start_type_description_service',
    'diagnostic_updater',
    'service_introspection',
    'bond_timeout',
    'bond_disable_heartbeat_timeout',
)
#: former names of policies' parameters
_OLD_GROUP = 'policy_params.'
#: dots in ``policies.NAME.``; ``policies.package.module.Class.`` has more
_OF_A_NAME = 2
#: names of this similarity are taken for the same name, mistyped
_NEAR = 0.84
#: maximum number of names of one group in the log
_MOST_TOLD = 3
#: maximum number of groups in the log: a file may have thousands of other nodes
_MOST_GROUPS = 20
_TASK_KEYS = [spec.name for spec in TASK_PARAMETERS]


def is_ros_name(name: str) -> bool:
    """Whether ROS or one of its libraries declares the parameter on nodes."""
    return name.partition('.')[0] in _ROS_NAMES


def judge(names: Iterable[str], table: ParameterTable, policy: str) -> list[str]:
    """
    Return log lines on names that are not in the table, one for each of the first groups.

    :param policy: the active policy
    :raises ConfigError: for the first mistyped name of ours, with the right name
    """
    groups: dict[str, list[str]] = {}
    for name in names:
        group = name.partition('.')[0]
        if is_ros_name(name) or group in table.unread:
            continue
        refuse_mistake(name, table, policy)
        groups.setdefault(group, []).append(name)
    lines = [_told(group, own, table) for group, own in islice(groups.items(), _MOST_GROUPS)]
    if left := sum(map(len, islice(groups.values(), _MOST_GROUPS, None))):
        lines.append(f'{left} more parameters are ignored')
    return lines


def refuse_mistake(name: str, table: ParameterTable, policy: str) -> None:
    """Check a name that is not in the table; :raises ConfigError: when it is a mistyped name."""
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
    task = _nearest_task(group, table.tasks)
    if task and (found := nearest(key, [*_TASK_KEYS, *table.options(task)])):
        raise ConfigError(name, f"unknown parameter; did you mean '{task}.{found}'?")


def not_ours(name: str, table: ParameterTable) -> str:
    """Return the message on setting an unknown name that is not a mistyped one of ours."""
    task, _, key = name.partition('.')
    if key in _TASK_KEYS:
        return f"{name}: '{task}' is not in tasks ({', '.join(table.tasks)}); set tasks first"
    return f'{name}: the scheduler has no such parameter'


def _refuse_of_policy(name: str, table: ParameterTable) -> None:
    """Refuse a parameter that no policy has; allow one of a policy that is not in use."""
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
    return f"unknown parameter (the task's own options are: {known})"


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
    """Return the known name of which a name is a mistyped form; empty for none."""
    best, found = _NEAR, ''
    plain = name.casefold().replace('-', '_')
    letters = Counter(plain)
    for one in known:
        # upper bounds first: a file may have thousands of names of other nodes
        both = len(plain) + len(one)
        if 2 * min(len(plain), len(one)) <= best * both:
            continue
        if 2 * sum((letters & _letters(one)).values()) <= best * both:
            continue
        ratio = difflib.SequenceMatcher(None, plain, one).ratio()
        if sorted(plain) == sorted(one):
            ratio = 1.0  # two letters exchanged
        if ratio > best:
            best, found = ratio, one
    return found


@lru_cache(maxsize=1024)
def _letters(name: str) -> Counter[str]:
    return Counter(name)


@lru_cache(maxsize=4096)
def _nearest_task(group: str, tasks: tuple[str, ...]) -> str:
    """Return the task whose name a group mistypes; names of other nodes have few groups."""
    return nearest(group, tasks)
