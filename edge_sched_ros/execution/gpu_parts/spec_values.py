# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network's description as values that can be sent to another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from edge_sched_ros.execution.engine_options import EngineOptions
from edge_sched_ros.execution.input_spec import InputSpec
from edge_sched_ros.execution.more_inputs import MoreInput
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.network_variants import Accuracy
from edge_sched_ros.execution.network_variants import NetworkVariant
from edge_sched_ros.execution.segments import SegmentSpec
from edge_sched_ros.execution.segments import SegmentsSpec
from edge_sched_ros.execution.tensors import TensorInfo

#: the classes that a description consists of
_KINDS = (
    NetworkSpec,
    InputSpec,
    MoreInput,
    EngineOptions,
    Accuracy,
    NetworkVariant,
    SegmentSpec,
    SegmentsSpec,
    TensorInfo,
)
_BY_NAME: dict[str, Any] = {kind.__name__: kind for kind in _KINDS}
_PATH, _DICT = 'path', 'dict'


def values_of(part: Any) -> Any:
    """
    Return what stands for a description or a part of it.

    :raises TypeError: for a part of another class than those of descriptions
    """
    if isinstance(part, Path):
        return {_PATH: str(part)}
    if isinstance(part, Mapping):
        return {_DICT: {key: values_of(value) for key, value in part.items()}}
    if isinstance(part, (tuple, list)):
        return type(part)(values_of(one) for one in part)
    if not is_dataclass(part):
        return part
    name = type(part).__name__
    if _BY_NAME.get(name) is not type(part):
        raise TypeError(f'{name} is not part of the description of a network')
    return {name: {one.name: values_of(getattr(part, one.name)) for one in fields(part)}}


def part_of(values: Any) -> Any:
    """
    Return the description that values stand for.

    :raises ValueError: when they name something else
    """
    if isinstance(values, (tuple, list)):
        return type(values)(part_of(one) for one in values)
    if not isinstance(values, Mapping):
        return values
    ((name, content),) = values.items()
    if name == _PATH:
        return Path(content)
    if name != _DICT and name not in _BY_NAME:
        raise ValueError(f'{name} is not part of the description of a network')
    found = {key: part_of(value) for key, value in content.items()}
    return found if name == _DICT else _BY_NAME[name](**found)
