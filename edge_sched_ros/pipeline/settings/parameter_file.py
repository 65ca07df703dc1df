# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads ROS parameter files without ROS, as rcl reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.rcl_rules import RclRules
from edge_sched_ros.documents.text_file import read_text
from edge_sched_ros.documents.yaml_tree import read_tree


def read_parameters(path: Path, node: str = 'scheduler') -> dict[str, Any]:
    """
    Return the parameters of a node in a file, flat, by full name.

    :param node: name of the node
    :raises ConfigError: when it cannot be read or is not a ROS parameter file
    """
    data = read_tree(read_text(path), str(path), RclRules())
    flat: dict[str, Any] = {}
    for name, block in (data if isinstance(data, dict) else {}).items():
        # /**, scheduler, /robot/scheduler, /**/scheduler
        if name.rpartition('/')[2] in ('**', node) and isinstance(block, dict):
            parameters = block.get('ros__parameters')
            if isinstance(parameters, dict):
                _flatten('', parameters, flat)
    if not flat:
        raise ConfigError(str(path), "has no parameters under '/**: ros__parameters:'")
    return flat


def _flatten(prefix: str, values: Mapping[str, Any], flat: dict[str, Any]) -> None:
    for key, value in values.items():
        if isinstance(value, dict):
            _flatten(f'{prefix}{key}.', value, flat)
        else:
            flat[f'{prefix}{key}'] = value
