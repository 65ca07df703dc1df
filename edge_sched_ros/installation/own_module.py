# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Modules of this package run in processes of their own."""

from __future__ import annotations

import sys
from pathlib import Path

#: ``python -m`` looks into the working folder first. That may be a checkout of this package, which
#: has no generated messages and need not be the version that runs.
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

    It is found where it is installed, or else where this process has found the package.
    """
    here = Path(__file__).absolute().parents[2]
    return [sys.executable, '-c', _BOOT, str(here), module, *arguments]
