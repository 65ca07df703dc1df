# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads and writes profiles: system files of one device, with its measurements."""

from __future__ import annotations

from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.yaml_file import read_mapping
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.writing import write_system

_HEAD = '# Written by edge-sched profile; docs/profiling.md explains the numbers.\n'


def read_profile(path: Path) -> SystemFile:
    """
    Read a system file without changes, to add to it.

    :raises ConfigError: when it does not exist or cannot be used; names file and key
    """
    check_regular(path)
    return parse_system((str(path), read_mapping(path)))


def check_regular(path: Path) -> None:
    """
    Check that a path, if it exists, is a regular file.

    :raises ConfigError: for a device, a pipe or a folder
    """
    if path.is_dir():
        raise ConfigError(str(path), 'is a folder, not a file')
    if path.exists() and not path.is_file():
        raise ConfigError(str(path), 'is not a regular file (a device or a pipe)')


def write_profile(path: Path, profile: SystemFile) -> None:
    """
    Write a profile atomically.

    :raises ConfigError: when it cannot be written
    """
    write_system(path, profile, _HEAD)
