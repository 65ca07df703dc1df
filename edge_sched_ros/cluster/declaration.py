# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The declaration of an application in the annotations of a pod."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.observed import as_time_ms
from edge_sched_ros.cluster.observed import shown
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.names import is_blank
from edge_sched_ros.documents.validation_text import plain_problem
from edge_sched_ros.system.workload import Task

_ANNOTATIONS = {key: annotation for annotation, key in names.KEYS.items()}
_FLOATS = ('rate_per_s', 'deadline_ms', 'memory_mib')


@dataclass(frozen=True, slots=True)
class Declaration:
    """
    An application as a pod declares it.

    :param unit: name, type or kind of the unit for its network; empty: any
    """

    app: App
    unit: str = ''


def declared(name: str, annotations: Mapping[str, Any]) -> Declaration | None:
    """
    Return the declaration of a pod, ``None`` without one.

    :param name: name of the application
    :raises ConfigError: naming the annotation
    """
    ours = {
        key: value
        for key, value in annotations.items()
        if key.startswith(f'{names.GROUP}/') and key != names.OBSERVED
    }
    if not ours:
        return None
    for key in ours:
        if key not in names.KEYS and key != names.UNIT:
            raise ConfigError(f'annotation {key}'[:100], 'there is no such annotation')
    for needed in (names.NETWORK, names.RATE):
        if needed not in ours:
            raise ConfigError(f'annotation {needed}', 'is missing')
    values = {
        key: _value(key, ours[annotation])
        for annotation, key in names.KEYS.items()
        if annotation in ours
    }
    try:
        task = Task.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = annotation_of(str(first['loc'][0]))
        raise ConfigError(where, plain_problem(first)) from None
    unit = ours.get(names.UNIT)
    if unit is not None and is_blank(str(unit)):
        raise ConfigError(f'annotation {names.UNIT}', f'must be a name, not {str(unit)!r}')
    return Declaration(App(name, task, values['rate_per_s']), str(unit or ''))


def annotation_of(key: str) -> str:
    """Return the annotation for a key of an application; other texts are unchanged."""
    return f'annotation {_ANNOTATIONS[key]}' if key in _ANNOTATIONS else key


def observed_ms(annotations: Mapping[str, Any]) -> tuple[float | None, str]:
    """Return the observed response of a pod, and why its annotation cannot be used."""
    if names.OBSERVED not in annotations:
        return None, ''
    text = annotations[names.OBSERVED]
    try:
        value = as_time_ms(float(text))
    except (TypeError, ValueError):
        value = None
    return value, '' if value is not None else f'{shown(text)} is not a time in ms'


def _value(key: str, text: Any) -> Any:
    """Return an annotation's text converted for its key; the later check refuses wrong types."""
    try:
        if key in _FLOATS:
            return float(text)
        if key == 'priority':
            return int(text)
    except (TypeError, ValueError):
        pass
    return text
