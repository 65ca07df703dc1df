# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events and decisions as plain dicts, so that a log of a run can be stored and replayed."""

from __future__ import annotations

from dataclasses import asdict
from dataclasses import fields
from typing import Any
from typing import cast

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import DECISION_TYPES
from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import Event
from edge_sched_ros.core.events import EVENT_TYPES
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec

_TYPES: dict[str, type] = {kind.__name__: kind for kind in (*EVENT_TYPES, *DECISION_TYPES)}


def to_dict(item: Event | Decision) -> dict[str, Any]:
    """Return a dict of JSON types, the class name under ``type``."""
    # a record is a dataclass, which the type checker does not know
    return {'type': type(item).__name__, **asdict(cast('Any', item))}


def from_dict(data: dict[str, Any]) -> Event | Decision:
    """
    Return the event or decision from the result of :func:`to_dict`.

    :raises ConfigError: for an unknown type, or keys that do not belong to it
    """
    values = dict(data)
    name = values.pop('type', None)
    kind = _TYPES.get(str(name))
    if kind is None:
        raise ConfigError('log', f"unknown event or decision type '{name}'")
    known = {field.name for field in fields(kind)}
    if unknown := set(values) - known:
        raise ConfigError('log', f'{name} has no field {", ".join(sorted(unknown))}')
    if 'tasks' in values:
        values['tasks'] = tuple(map(task_of, values['tasks']))
    if 'parents' in values:
        values['parents'] = tuple(values['parents'])
    if 'stages' in values:
        values['stages'] = tuple(StageTiming(**stage) for stage in values['stages'])
    try:
        return cast('Event | Decision', kind(**values))
    except TypeError as error:
        raise ConfigError('log', f'{name}: {error}') from None


def task_of(data: dict[str, Any]) -> TaskSpec:
    """Return a task from its fields as a dict."""
    lists = {key: tuple(map(_variant, data[key])) for key in ('variants', 'all_variants')}
    joined = tuple(data.get('joined_with', ()))
    return TaskSpec(**{**data, **lists, 'joined_with': joined})


def _variant(data: dict[str, Any]) -> VariantSpec:
    stages = (StageSpec(**{**stage, 'units': tuple(stage['units'])}) for stage in data['stages'])
    return VariantSpec(**{**data, 'stages': tuple(stages)})
