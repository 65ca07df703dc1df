# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The file with the summary of a run: checked to be writable before, written after."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import write_whole
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.health.status import summary
from edge_sched_ros.pipeline.settings.resources import make_folder

_WHERE = 'summary_file'


def write_summary_file(name: str, status: Status) -> None:
    """
    Write the summary of a run that has ended; nothing without a name.

    :raises ConfigError: when it cannot be written
    """
    write_account(name, summary(status))


def write_account(name: str, account: Mapping[str, Any]) -> None:
    """
    Write an account of JSON types atomically; nothing without a name.

    When it cannot be written (a full disk), the file from before is kept.

    :raises ConfigError: when it cannot be
    """
    if not name:
        return
    file = Path(name).expanduser()
    text = json.dumps(account, indent=2) + '\n'
    try:
        make_folder(file.parent)
        if not os.path.exists(file) or os.path.isfile(file):
            write_whole(file, text.encode(), _WHERE)
        else:
            # a pipe or a device is not replaced; a pipe that nobody reads is an error, not a wait
            with open(os.open(file, os.O_WRONLY | os.O_NONBLOCK), 'w', encoding='utf-8') as sink:
                sink.write(text)
    except OSError as error:
        raise ConfigError(_WHERE, f'cannot write {name}: {error.strerror}') from None
