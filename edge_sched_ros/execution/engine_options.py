# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How an engine is to be built of a network, as the network's YAML file says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network_checks import check_keys
from edge_sched_ros.execution.network_checks import choice
from edge_sched_ros.execution.network_checks import flag
from edge_sched_ros.execution.precisions import PRECISIONS


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """
    What a network asks of engines that are built ahead of time; others pay no heed.

    ``None`` for what is not said.

    :param precision: one of :data:`.precisions.PRECISIONS`
    :param strict_dla: refuse a DLA engine of which any layer runs on the GPU
    :param allow_gpu_fallback: let layers that the DLA cannot run go to the GPU
    """

    precision: str | None = None
    strict_dla: bool | None = None
    allow_gpu_fallback: bool | None = None


def read_engine_options(path: Path, data: Any, where: str = 'engine_options') -> EngineOptions:
    """
    Return the options under the key ``engine_options``.

    :param path: the network's YAML file, for messages
    :param where: the full key
    :raises ConfigError: naming file and key
    """
    if not isinstance(data, dict):
        raise ConfigError(f'{path}: {where}', 'must be a mapping')
    check_keys(path, f'{where}.', data, set(EngineOptions.__dataclass_fields__))
    values: dict[str, Any] = {
        key: flag(path, f'{where}.{key}', value)
        for key, value in data.items()
        if key != 'precision'
    }
    if 'precision' in data:
        key = f'{where}.precision'
        values['precision'] = choice(path, key, data['precision'], PRECISIONS)
    options = EngineOptions(**values)
    if options.strict_dla and options.allow_gpu_fallback:
        raise ConfigError(
            f'{path}: {where}', 'strict_dla and allow_gpu_fallback exclude each other'
        )
    return options
