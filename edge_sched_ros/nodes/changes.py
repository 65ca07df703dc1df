# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Translates changed parameters into changes of a loaded pipeline."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Iterator
from functools import partial
from typing import Any

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.core.parameters import DYNAMIC_TASK_KEYS
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.parameter_spec import ParameterSpec
from edge_sched_ros.pipeline.settings.parameter_table import ParameterTable
from edge_sched_ros.pipeline.settings.policy_settings import group_in
from edge_sched_ros.pipeline.settings.policy_settings import group_of
from edge_sched_ros.pipeline.settings.policy_settings import values_of
from edge_sched_ros.plugins.policies import make_policy

_log = logging.getLogger(__name__)

_Step = Callable[[], None]


def _policy_of(changes: dict[str, Any], values: dict[str, Any]) -> tuple[str, dict[str, float]]:
    """Return the policy and its parameters after the changes."""
    after = {**values, **changes}
    return after['policy'], values_of(after['policy'], after)


def _concerns_policy(changes: dict[str, Any], values: dict[str, Any]) -> bool:
    """Whether the policy or its parameters change."""
    group = group_of({**values, **changes}['policy'])
    return any(name == 'policy' or group_in(name) == group for name in changes)


def _task_changes(changes: dict[str, Any], table: ParameterTable) -> dict[str, dict[str, Any]]:
    """Return the changes of each task, in the dispatcher's and the program's terms."""
    found: dict[str, dict[str, Any]] = {}
    for full_name, value in changes.items():
        task, _, key = full_name.rpartition('.')
        if task not in table.tasks:
            continue
        spec = table.specs[full_name]
        if spec.option:
            value = _option_value(value, spec)
        elif key.endswith('_ms'):
            key, value = key.removesuffix('_ms') + '_ns', round(value * NS_PER_MS)
        found.setdefault(task, {})[key] = value
    return found


def _option_value(value: float, spec: ParameterSpec) -> float | None:
    """Return an option's value; ``None`` means that the network or program sets it."""
    return None if value == spec.default else value


def check_changes(
    pipeline: Pipeline,
    changes: dict[str, Any],
    values: dict[str, Any],
    table: ParameterTable,
) -> None:
    """
    Check that changes can be made, but do not make them.

    :param values: all present parameters
    :raises ConfigError: naming the parameter
    """
    if _concerns_policy(changes, values):
        make_policy(*_policy_of(changes, values))
    options: dict[str, dict[str, float | None]] = {}
    for full_name in changes:
        task, _, key = full_name.rpartition('.')
        if task not in table.tasks:
            continue
        if key == 'variant':
            pipeline.check_variant(task, changes[full_name])
        if key == 'enabled' and changes[full_name]:
            pipeline.check_enabled(task)
        spec = table.specs[full_name]
        if spec.option:
            value = _option_value(changes[full_name], spec)
            pipeline.check_option(task, key, value)
            options.setdefault(task, {})[key] = value
    for task, own in options.items():
        pipeline.check_together(task, own)
    _check_admission(pipeline, changes, {**values, **changes}['admission'], table)


def _check_admission(
    pipeline: Pipeline, changes: dict[str, Any], mode: str, table: ParameterTable
) -> None:
    ruling = pipeline.admission.consider(_task_changes(changes, table), mode)
    if ruling.refused:
        where = next(
            (name for name in changes if name.rpartition('.')[0] in table.tasks), 'admission'
        )
        raise ConfigError(where, f'refused by admission ({mode}): {ruling.text}')


def apply_changes(
    pipeline: Pipeline,
    changes: dict[str, Any],
    values: dict[str, Any],
    table: ParameterTable,
) -> None:
    """
    Make changes that were checked: all of them, or none.

    :param values: all parameters before the changes
    :raises ConfigError: naming the parameter that cannot be changed, for example because own code
        raised or did not return in time; what was changed before it is changed back
    """
    undone: list[_Step] = []
    try:
        for make, undo in _steps(pipeline, changes, values, table):
            # before the step: one that fails may have changed something
            undone.insert(0, undo)
            make()
    except EdgeSchedError:
        for undo in undone:
            _try(undo)
        raise
    pipeline.admission.renew()


def _steps(
    pipeline: Pipeline, changes: dict[str, Any], values: dict[str, Any], table: ParameterTable
) -> Iterator[tuple[_Step, _Step]]:
    """Yield what makes each change and what takes it back; first those that may fail."""
    before = {name: values[name] for name in changes if name in values}
    after, old = _task_changes(changes, table), _task_changes(before, table)
    for task, own in after.items():
        for key, value in own.items():
            if key not in DYNAMIC_TASK_KEYS:
                yield (
                    partial(pipeline.change_task, task, {key: value}),
                    partial(pipeline.change_task, task, {key: old[task][key]}),
                )
    if _concerns_policy(changes, values):
        yield (
            partial(pipeline.change_policy, *_policy_of(changes, values)),
            partial(pipeline.change_policy, *_policy_of({}, values)),
        )
    mode = {**values, **changes}['admission']
    yield partial(_admit, pipeline, mode), partial(_set_mode, pipeline, values['admission'])
    for task, own in after.items():
        core = {key: own[key] for key in own if key in DYNAMIC_TASK_KEYS}
        if core:
            yield (
                partial(pipeline.change_task, task, core),
                partial(pipeline.change_task, task, {key: old[task][key] for key in core}),
            )


def _admit(pipeline: Pipeline, mode: str) -> None:
    """Apply the decision of admission; a variant that the changes set comes after it."""
    _set_mode(pipeline, mode)
    pipeline.settle_admission()


def _set_mode(pipeline: Pipeline, mode: str) -> None:
    pipeline.admission.mode = mode


def _try(undo: _Step) -> None:
    try:
        undo()
    except EdgeSchedError as error:
        # the task of a call that hangs is out; the others must still be changed back
        _log.warning('not changed back: %s', brief(error, MOST_OF_AN_ERROR))
