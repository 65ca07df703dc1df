# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which device nodes a container with a unit needs: a YAML file, by unit or by kind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.documents.yaml_file import read_mapping


def read_device_nodes(path: Path, units: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """
    Return the paths of the device nodes of each unit: those of its name, else of its kind.

    :param units: name -> kind
    :raises ConfigError: naming file and key
    """
    data = read_mapping(path)
    said = {key: _paths(f'{path}: {key}', value) for key, value in data.items()}
    odd = [key for key in said if key not in UNIT_KINDS and key not in units]
    if odd:
        known = ', '.join(sorted({*units, *units.values()}))
        raise ConfigError(f'{path}: {odd[0]}', f'is neither a unit nor a kind (here: {known})')
    return {name: said.get(name, said.get(kind, ())) for name, kind in units.items()}


def _paths(where: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ConfigError(where, 'must be a list of paths below /dev')
    for path in value:
        if not isinstance(path, str) or not path.startswith('/dev/') or '..' in path.split('/'):
            raise ConfigError(where, f"'{path}' is not a path below /dev")
    return tuple(dict.fromkeys(value))
