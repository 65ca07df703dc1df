# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks a whole set of parameters by full name."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.settings.parameter_table import ParameterTable
from edge_sched_ros.pipeline.settings.parameter_table import reserved_names
from edge_sched_ros.pipeline.settings.parameter_table import table_of
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.pipeline.settings.unknown_names import judge

_log = logging.getLogger(__name__)
_SCHEDULER = {spec.name: spec for spec in SCHEDULER_PARAMETERS}


def check_all(
    values: Mapping[str, Any], *, beside: Path | None = None
) -> tuple[dict[str, Any], ParameterTable]:
    """
    Check a whole set of parameters by full name and fill in the defaults.

    Unknown names are logged.

    :param beside: the folder of their file
    :raises ConfigError: for the first wrong one
    """
    tasks = check_task_names(values.get('tasks', []))
    table = table_of(tasks, values, beside=beside)
    full: dict[str, Any] = {name: spec.default for name, spec in table.specs.items()}
    given = {name: value for name, value in values.items() if name in table.specs}
    for name, value in given.items():
        full[name] = table.specs[name].check(value, name=name)
    for line in judge([name for name in values if name not in given], table, full['policy']):
        _log.warning('%s', line)
    return full, table


def check_task_names(value: Any) -> tuple[str, ...]:
    """
    Return the names of the tasks.

    :raises ConfigError: when there are none, two are the same, or one is not a valid name
    """
    names = tuple(_SCHEDULER['tasks'].check(value))
    if not names:
        raise ConfigError('tasks', 'needs the name of at least one task')
    for name in names:
        if not (name.isidentifier() and name.isascii()):
            raise ConfigError('tasks', f"'{name}' cannot be a name (letters, digits and _)")
        if name in reserved_names():
            raise ConfigError('tasks', f"'{name}' is the name of a parameter")
    return names
