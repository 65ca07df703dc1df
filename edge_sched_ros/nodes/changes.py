# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From changed parameters to changes of a loaded pipeline."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.pipeline.parameters import POLICY_PREFIX
from edge_sched_ros.pipeline.parameters import spec_of
from edge_sched_ros.pipeline.parameters import UNSET
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.policies.registry import make_policy
from edge_sched_ros.policies.registry import policy_parameters


def _policy_of(changes: dict[str, Any], values: dict[str, Any]) -> tuple[str, dict[str, float]]:
    """Return the policy and its parameters as they are after the changes."""
    after = {**values, **changes}
    name = after['policy']
    own = {spec.name: after[POLICY_PREFIX + spec.name] for spec in policy_parameters(name)}
    return name, own


def _task_changes(changes: dict[str, Any], tasks: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return the changes of each task, in the dispatcher's and the program's own terms."""
    found: dict[str, dict[str, Any]] = {}
    for full_name, value in changes.items():
        task, _, key = full_name.rpartition('.')
        if task not in tasks:
            continue
        spec = spec_of(full_name, tasks)
        if spec.option:
            value = _option_value(value)
        elif key.endswith('_ms'):
            key, value = key.removesuffix('_ms') + '_ns', round(value * NS_PER_MS)
        found.setdefault(task, {})[key] = value
    return found


def _option_value(value: float) -> float | None:
    return None if value == UNSET else value


def _concerns_policy(changes: dict[str, Any]) -> bool:
    return any(name == 'policy' or name.startswith(POLICY_PREFIX) for name in changes)


def check_changes(
    pipeline: Pipeline,
    changes: dict[str, Any],
    values: dict[str, Any],
    tasks: tuple[str, ...],
) -> None:
    """
    Check that changes can be made, without making them.

    :param values: all parameters as they are
    :raises ConfigError: naming the parameter
    """
    if _concerns_policy(changes):
        make_policy(*_policy_of(changes, values))
    for full_name in changes:
        task, _, key = full_name.rpartition('.')
        if task in tasks and key == 'variant':
            pipeline.check_variant(task, changes[full_name])
        if task in tasks and spec_of(full_name, tasks).option:
            known = pipeline.option_names(task)
            if key not in known:
                names = ', '.join(known) or 'none'
                raise ConfigError(full_name, f'this task has no such setting (it has: {names})')
            pipeline.check_option(task, key, _option_value(changes[full_name]))
    _check_admission(pipeline, changes, {**values, **changes}['admission'], tasks)


def _check_admission(
    pipeline: Pipeline, changes: dict[str, Any], mode: str, tasks: tuple[str, ...]
) -> None:
    ruling = pipeline.admission.consider(_task_changes(changes, tasks), mode)
    if ruling.refused:
        where = next((name for name in changes if name.rpartition('.')[0] in tasks), 'admission')
        raise ConfigError(where, f'refused by admission ({mode}): {ruling.text}')


def apply_changes(
    pipeline: Pipeline,
    changes: dict[str, Any],
    values: dict[str, Any],
    tasks: tuple[str, ...],
) -> None:
    """Make changes that were checked."""
    pipeline.admission.mode = {**values, **changes}['admission']
    pipeline.settle_admission()
    if _concerns_policy(changes):
        pipeline.change_policy(*_policy_of(changes, values))
    for task, own in _task_changes(changes, tasks).items():
        pipeline.change_task(task, own)
    pipeline.admission.renew()
