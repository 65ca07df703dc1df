# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How to install a library into the environment of this process."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import sysconfig
from pathlib import Path

from edge_sched_ros.installation.libraries import installed_version
from edge_sched_ros.installation.libraries import Library


def install_command(library: Library) -> str:
    """
    Return the command that installs a library here.

    It keeps a numpy 1 that is installed: a distro's OpenCV and ROS are compiled for its numpy, and
    stop working beside the next major version.
    """
    wanted = [library.distributions[0] + library.versions]
    if library.uses_numpy and (installed_version('numpy') or '').startswith('1.'):
        wanted.append('numpy<2')
    return f'{_pip()} install {" ".join(map(shlex.quote, [*_options(), *wanted]))}'


def rosdep_advice(library: Library) -> str:
    """Return a library's rosdep key as a hint, if ROS is installed; else empty."""
    if library.rosdep is None or 'AMENT_PREFIX_PATH' not in os.environ:
        return ''
    return f' (rosdep: {library.rosdep})'


def _pip() -> str:
    """Return the pip of this interpreter: the one on the path may belong to another."""
    beside = Path(sys.executable).parent
    found = shutil.which('pip')
    if found is not None and Path(found).parent == beside and sys.prefix != sys.base_prefix:
        return 'pip'
    return f'{shlex.quote(sys.executable or "python3")} -m pip'


def _options() -> list[str]:
    if sys.prefix != sys.base_prefix:
        return []
    # distros since Debian 12 and Ubuntu 24.04 require this option
    managed = Path(sysconfig.get_path('stdlib'), 'EXTERNALLY-MANAGED').exists()
    return ['--user', *(['--break-system-packages'] if managed else [])]
