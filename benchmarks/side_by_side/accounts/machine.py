# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What was measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from contextlib import suppress
from datetime import datetime
from datetime import timezone
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version
from pathlib import Path
from typing import Any

_PACKAGES = ('rclpy', 'onnxruntime', 'opencv-python-headless', 'numpy', 'norfair')
_ROOT = Path(__file__).resolve().parents[3]


def describe(energy_source: str) -> dict[str, Any]:
    """Return machine, system and versions."""
    return {
        'date': datetime.now(timezone.utc).isoformat(timespec='seconds'),
        'machine': platform.machine(),
        'cpu': _cpu_model(),
        'cores': len(os.sched_getaffinity(0)),
        'memory_mb': round(os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e6),
        'system': platform.platform(),
        'python': platform.python_version(),
        'ros': os.environ.get('ROS_DISTRO') or os.environ.get('DISTRO', 'jazzy'),
        'rmw': os.environ.get('RMW_IMPLEMENTATION', 'default'),
        'packages': {name: _version(name) for name in _PACKAGES},
        'commit': _commit(),
        'energy': energy_source or None,
        'load_average_before': os.getloadavg()[0],
    }


def _cpu_model() -> str:
    with suppress(OSError):
        for line in Path('/proc/cpuinfo').read_text().splitlines():
            if line.lower().startswith(('model name', 'hardware')):
                return line.partition(':')[2].strip()
    with suppress(OSError):
        # a Jetson says what it is in its device tree
        return Path('/proc/device-tree/model').read_text().strip('\0\n')
    return platform.processor()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    """Return the commit, with a plus when there are changes on top of it."""

    def git(*arguments: str) -> str:
        command = ['git', '-C', str(_ROOT), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
        return done.stdout.strip()

    try:
        changed = git('status', '--porcelain', '--untracked-files=no')
        return git('rev-parse', '--short', 'HEAD') + ('+' if changed else '')
    except (OSError, subprocess.SubprocessError):
        return None
