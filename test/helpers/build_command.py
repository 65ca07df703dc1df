# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Commands of ``edge-sched`` in this process, where stand-ins may take the place of libraries."""

from __future__ import annotations

from typing import Any

import pytest

from edge_sched_ros.cli.main import main


def run_build(capsys: pytest.CaptureFixture[str], *arguments: Any) -> tuple[Any, str, str]:
    """Return exit code, standard output and standard error of ``edge-sched build``."""
    return run_command(capsys, 'build', *arguments)


def run_command(capsys: pytest.CaptureFixture[str], *arguments: Any) -> tuple[Any, str, str]:
    """Return exit code, standard output and standard error."""
    try:
        main([*map(str, arguments)])
        code: Any = 0
    except SystemExit as end:
        code = end.code or 0
    captured = capsys.readouterr()
    return code, captured.out, captured.err
