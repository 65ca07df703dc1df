# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How a library is installed into the environment that this process runs in."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import sysconfig
from pathlib import Path

from edge_sched_ros.installation.libraries import LIBRARIES
from edge_sched_ros.installation.libraries import Library


def install_command(library: Library) -> str:
    """
    Return the command that installs a library here.

    It names numpy's versions where pip might otherwise replace numpy by one that does not fit.
    """
    wanted = [library.distributions[0] + library.versions]
    if library.uses_numpy:
        wanted.append('numpy' + LIBRARIES['numpy'].versions)
    return f'{_pip()} install {" ".join(map(shlex.quote, [*_options(), *wanted]))}'


def rosdep_advice(library: Library) -> str:
    """Return what rosdep can do for a library, where ROS is here; else nothing."""
    if library.rosdep is None or 'AMENT_PREFIX_PATH' not in os.environ:
        return ''
    return f' (rosdep: {library.rosdep})'


def _pip() -> str:
    """Return the pip of this interpreter: that on the path may be another's."""
    beside = Path(sys.executable).parent
    found = shutil.which('pip')
    if found is not None and Path(found).parent == beside and sys.prefix != sys.base_prefix:
        return 'pip'
    return f'{shlex.quote(sys.executable or "python3")} -m pip'


def _options() -> list[str]:
    if sys.prefix != sys.base_prefix:
        return []
    # distros since Debian 12 and Ubuntu 24.04 want to be asked
    managed = Path(sysconfig.get_path('stdlib'), 'EXTERNALLY-MANAGED').exists()
    return ['--user', *(['--break-system-packages'] if managed else [])]
