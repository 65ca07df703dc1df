# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs modules of this package in separate processes."""

from __future__ import annotations

import sys
from pathlib import Path

#: ``python -m`` searches the working folder first. That may be a checkout of this package without
#: generated messages, or of another version.
_BOOT = """
import sys
sys.path[:] = [folder for folder in sys.path if folder]
sys.path.append(sys.argv[1])
sys.argv[:] = sys.argv[2:]
import runpy
runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)
"""


def module_command(module: str, *arguments: str) -> list[str]:
    """
    Return the command that runs a module of this package as ``python -m`` would.

    It uses the installed package, or else the location of this process's package.
    """
    here = Path(__file__).absolute().parents[2]
    return [sys.executable, '-c', _BOOT, str(here), module, *arguments]
