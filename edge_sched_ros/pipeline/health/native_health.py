# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What diagnostics say of what is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.compiled import why_not
from edge_sched_ros.perception.programs.attributes import names_of
from edge_sched_ros.perception.programs.attributes import read_attribute
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import OK


def native_steps_of(programs: Mapping[str, Any]) -> dict[str, str]:
    """Return task -> the steps that the native module does, for tasks with one."""
    return _steps_of(programs, 'native_steps')


def python_steps_of(programs: Mapping[str, Any]) -> dict[str, str]:
    """Return task -> the steps done in Python that can be native, and why; without others."""
    return _steps_of(programs, 'python_steps')


def _steps_of(programs: Mapping[str, Any], attribute: str) -> dict[str, str]:
    none: tuple[str, ...] = ()
    steps = {
        task: read_attribute(task, program, attribute, none, names_of)
        for task, program in programs.items()
    }
    return {task: ', '.join(names) for task, names in steps.items() if names}


def native_health(reason: str) -> list[Health]:
    """
    Return one line; never a warning, because the results are the same without it.

    :param reason: why it is not used; empty where it is
    """
    text = f'not used: it {reason}' if reason else 'in use'
    return [Health('native data path', OK, text, 'scheduler')]


def core_health() -> list[Health]:
    """Return one line on whether dispatcher and policies are compiled; they decide the same."""
    reason = why_not()
    return [
        Health('dispatcher', OK, f'in Python: it {reason}' if reason else 'compiled', 'scheduler')
    ]
