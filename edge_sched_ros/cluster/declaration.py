# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a pod asks for by its annotations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from edge_sched_ros.capacity.cluster_file import WORDS
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.schema import AppSpec
from edge_sched_ros.cluster import names
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.plain_words import plain_problem

_ANNOTATIONS = {key: annotation for annotation, key in names.KEYS.items()}
_FLOATS = ('rate_per_s', 'deadline_ms', 'memory_mib')


@dataclass(frozen=True, slots=True)
class Declaration:
    """
    An application as a pod declares it.

    :param unit: name, type or kind of the unit its network shall run on; empty: any
    """

    app: App
    unit: str = ''


def declared(name: str, annotations: Mapping[str, Any]) -> Declaration | None:
    """
    Return what a pod asks for, ``None`` where it asks for nothing.

    :param name: of the application
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
    values = {
        key: _value(key, ours[annotation])
        for annotation, key in names.KEYS.items()
        if annotation in ours
    }
    try:
        spec = AppSpec.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        annotation = _ANNOTATIONS.get(str(first['loc'][0]), '')
        raise ConfigError(f'annotation {annotation}', plain_problem(first, WORDS)) from None
    return Declaration(App(name, spec), str(ours.get(names.UNIT, '')))


def observed_ms(annotations: Mapping[str, Any]) -> float | None:
    """Return the response a pod is seen to give; ``None`` where nothing usable is said."""
    try:
        value = float(annotations[names.OBSERVED])
    except (KeyError, TypeError, ValueError):
        return None
    return value if 0 <= value < float('inf') else None


def _value(key: str, text: Any) -> Any:
    """Return an annotation's text as its key takes it; what is no number is left to the check."""
    try:
        if key in _FLOATS:
            return float(text)
        if key == 'priority':
            return int(text)
    except (TypeError, ValueError):
        pass
    return text
