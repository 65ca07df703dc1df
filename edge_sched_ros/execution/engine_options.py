# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Options for building an engine from a network, from the network's YAML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network_checks import check_keys
from edge_sched_ros.execution.network_checks import choice
from edge_sched_ros.execution.network_checks import flag
from edge_sched_ros.execution.precisions import PRECISIONS
from edge_sched_ros.execution.providers.table import DEFAULT
from edge_sched_ros.execution.providers.table import PROVIDERS


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """
    Options of a network for engines.

    Engines that are not built ahead of time ignore them, except ``provider``, ``precision`` for
    providers, and ``own``. ``None`` means not set.

    :param precision: one of :data:`.precisions.PRECISIONS`
    :param strict_dla: refuse a DLA engine with any layer on the GPU
    :param allow_gpu_fallback: run layers that the DLA cannot run on the GPU
    :param provider: execution provider of ONNX Runtime; ``default`` for its own on the CPU
    :param own: options that an engine of another package declares
    """

    precision: str | None = None
    strict_dla: bool | None = None
    allow_gpu_fallback: bool | None = None
    provider: str | None = None
    own: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def said(self) -> dict[str, Any]:
        """The options that are set."""
        found = {key: getattr(self, key) for key in sorted(_KEYS)}
        return {key: value for key, value in found.items() if value is not None}


_KEYS = set(EngineOptions.__dataclass_fields__) - {'own'}
#: options that are one of some words
_CHOICES = {'precision': PRECISIONS, 'provider': (DEFAULT, *PROVIDERS)}


def read_engine_options(
    path: Path, data: Any, where: str = 'engine_options', *, own: bool = False
) -> EngineOptions:
    """
    Return the options under the key ``engine_options``.

    :param path: the network's YAML file, for messages
    :param where: the full key
    :param own: whether the network names an engine of another package, with its own options
    :raises ConfigError: naming file and key
    """
    if not isinstance(data, dict):
        raise ConfigError(f'{path}: {where}', 'must be a mapping')
    theirs = {key: value for key, value in data.items() if own and key not in _KEYS}
    data = {key: value for key, value in data.items() if key not in theirs}
    check_keys(path, f'{where}.', data, _KEYS)
    values: dict[str, Any] = {
        key: flag(path, f'{where}.{key}', value)
        for key, value in data.items()
        if key not in _CHOICES
    }
    values |= {
        key: choice(path, f'{where}.{key}', data[key], names)
        for key, names in _CHOICES.items()
        if key in data
    }
    options = EngineOptions(**values, own=theirs)
    if options.strict_dla and options.allow_gpu_fallback:
        raise ConfigError(
            f'{path}: {where}', 'strict_dla and allow_gpu_fallback exclude each other'
        )
    return options
