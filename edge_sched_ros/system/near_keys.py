# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The key that a mistyped one was meant to be."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any
from typing import get_args

from pydantic import BaseModel

from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.system.system_file import SystemFile


def near_key(location: Sequence[str | int]) -> str:
    """
    Return the end of a message about a key that is not known; empty when none is near.

    :param location: of the key, as pydantic has it
    """
    models: list[type[BaseModel]] = [SystemFile]
    for part in location[:-1]:
        fields = [
            field
            for model in models
            for name, field in model.model_fields.items()
            if part in (name, field.alias)
        ]
        # a part that is no field is a name in a mapping, or a place in a list
        if fields:
            models = [one for field in fields for one in _models(field.annotation)]
    known = [field.alias or name for model in models for name, field in model.model_fields.items()]
    return did_you_mean(str(location[-1]), dict.fromkeys(known))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a field may hold, in mappings and lists, too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
