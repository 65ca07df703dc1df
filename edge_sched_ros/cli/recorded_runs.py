# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads the traces that commands are about."""

from __future__ import annotations

import gc
from pathlib import Path

from edge_sched_ros.tracing.run import read_run
from edge_sched_ros.tracing.run import RecordedRun


def recorded_run(path: Path) -> RecordedRun:
    """
    Read a trace for a command that needs it until its end.

    The garbage collector does not look at it, neither while it grows nor later: millions of
    objects that all stay took it two thirds of the time of reading.

    :raises ConfigError: when it is not a trace, or one without a job; names file and line
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        return read_run(path)
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
