# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The file with the account of a run: found out to be writable before, written after."""

from __future__ import annotations

import json
import os
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.resources import make_folder
from edge_sched_ros.pipeline.status import Status
from edge_sched_ros.pipeline.status import summary

_WHERE = 'summary_file'


def check_summary_file(name: str) -> None:
    """
    Check that a summary can be written, and make its folder.

    :param name: as the parameter gives it, ``~`` for the home folder; empty for none
    :raises ConfigError: when it cannot be
    """
    if not name:
        return
    file = Path(name).expanduser()
    try:
        make_folder(file.parent)
    except ConfigError as error:
        raise ConfigError(_WHERE, str(error)) from None
    if file.is_dir():
        raise ConfigError(_WHERE, f"'{name}' is a folder, not a file")
    if file.exists() and not os.access(file, os.W_OK):
        raise ConfigError(_WHERE, f"'{name}' cannot be written to")


def write_summary_file(name: str, status: Status) -> None:
    """
    Write the summary of a run that has ended; nothing without a name.

    :raises ConfigError: when it cannot be
    """
    if not name:
        return
    file = Path(name).expanduser()
    try:
        make_folder(file.parent)
        file.write_text(json.dumps(summary(status), indent=2) + '\n')
    except OSError as error:
        raise ConfigError(_WHERE, f'cannot write {name}: {error.strerror}') from None
