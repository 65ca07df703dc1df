# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The system files given to a command: which has the tasks and which the device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from edge_sched_ros.system.system_file import SystemFile


def tasks_and_device(
    files: tuple[str, ...], workload: str | None, platform: str | None
) -> tuple[SystemFile, SystemFile]:
    """
    Return the system with the tasks and that with the device; they may be the same.

    :param workload: a file with tasks, besides ``files``
    :param platform: a file with a device, instead of that in ``files``
    :raises ConfigError: when one cannot be used; names file and key
    """
    from edge_sched_ros.core.errors import ConfigError
    from edge_sched_ros.system.loading import load_platform
    from edge_sched_ros.system.loading import load_system
    from edge_sched_ros.system.loading import load_workload

    if not files and not workload:
        raise click.UsageError("Missing FILES, or the options '--workload' and '--platform'.")
    if not files and not platform:
        raise click.UsageError("Missing option '--platform', or FILES with a device.")
    if files:
        tasks = load_system(*files, *([workload] if workload else []))
        if not tasks.tasks:
            raise ConfigError(f'{tasks.where}: tasks', 'is missing')
    else:
        tasks = load_workload(workload or '')
    return tasks, tasks if platform is None else load_platform(platform)


def paths_of(*names: str | None) -> tuple[Path, ...]:
    """Return the paths of files that were read."""
    from edge_sched_ros.system.finding import find
    from edge_sched_ros.system.finding import mode_apart

    return tuple(find(mode_apart(name)[0], '', 'system') for name in names if name)
