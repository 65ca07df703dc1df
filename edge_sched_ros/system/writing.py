# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes readable system files: without defaults, and always in the same form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edge_sched_ros.documents.output_file import write_whole
from edge_sched_ros.documents.yaml_file import dump_mapping
from edge_sched_ros.system.fields import Sourced
from edge_sched_ros.system.parsing import FORMAT
from edge_sched_ros.system.system_file import SystemFile

#: keys at the start of a file
_FIRST = ('name', 'description', 'measured', 'units')
#: keys after the numbers
_ORIGIN = tuple(Sourced.model_fields)


def system_data(system: SystemFile) -> dict[str, Any]:
    """Return the content of an equivalent file, without defaults."""
    data = system.model_dump(by_alias=True, exclude_defaults=True)
    order = dict.fromkeys([*_FIRST, *data])
    return {'format': FORMAT, **{key: _ordered(data[key]) for key in order if key in data}}


def write_system(path: Path, system: SystemFile, head: str = '') -> None:
    """
    Write a system file atomically.

    :param head: lines of comment
    :raises ConfigError: when it cannot be written
    """
    write_whole(path, (head + dump_mapping(system_data(system), compact=True)).encode())


def _ordered(value: Any) -> Any:
    """Return mappings with short values first, and numbers before their sources."""
    if isinstance(value, (list, tuple)):
        return [_ordered(one) for one in value]
    if not isinstance(value, dict):
        return value
    long = (dict, list, tuple)
    keys = sorted(value, key=lambda key: (isinstance(value[key], long), key in _ORIGIN))
    return {key: _ordered(value[key]) for key in keys}
