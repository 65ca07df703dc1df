# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks before a command's work that it can draw its picture at the end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import check_output
from edge_sched_ros.installation.missing import need

_OPTION = '--plot'


def check_plot(path: Path | None, suffixes: tuple[str, ...], *, inputs: Iterable[Path]) -> None:
    """
    Check that a picture can be drawn into a file; nothing to check without one.

    :param suffixes: allowed endings of its name
    :param inputs: input files, which it must not overwrite
    :raises ConfigError: for another ending, without matplotlib, or when it cannot be written
    """
    if path is None:
        return
    if path.suffix.lower() not in suffixes:
        raise ConfigError(_OPTION, f"'{path}' must end in {' or '.join(suffixes)}")
    need('matplotlib')
    check_output(path, _OPTION, inputs=inputs)
