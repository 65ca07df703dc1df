# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The file with the summary of a run: checked to be writable before, written after."""

from __future__ import annotations

import json
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.health.status import summary
from edge_sched_ros.pipeline.settings.resources import make_folder

_WHERE = 'summary_file'


def write_summary_file(name: str, status: Status) -> None:
    """
    Write the summary of a run that has ended; nothing without a name.

    :raises ConfigError: when it cannot be written
    """
    if not name:
        return
    file = Path(name).expanduser()
    try:
        make_folder(file.parent)
        file.write_text(json.dumps(summary(status), indent=2) + '\n')
    except OSError as error:
        raise ConfigError(_WHERE, f'cannot write {name}: {error.strerror}') from None
