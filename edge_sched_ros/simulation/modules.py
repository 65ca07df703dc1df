# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The described modules, in every power mode."""

from __future__ import annotations

import re
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.loading import load_platform


def described_modules(folder: str) -> tuple[str, ...]:
    """
    Return the files of a folder with every power mode of each, as ``FILE@MODE``.

    A file without ``@MODE`` is at the clocks of its costs, which is MAXN for Jetsons. Lower power
    modes of a module come first.

    :raises ConfigError: when there is none
    """
    files = sorted(Path(folder).glob('*.yaml'))
    if not files:
        raise ConfigError(folder, 'has no module')
    return tuple(name for file in files for name in _modes(file))


def _modes(file: Path) -> list[str]:
    modes = sorted(load_platform(str(file)).power_modes, key=_watts)
    return [*(f'{file}@{mode}' for mode in modes), str(file)]


def _watts(mode: str) -> float:
    """Return the watts in a mode's name, 0 for a name without."""
    found = re.fullmatch(r'(\d+)W', mode)
    return float(found.group(1)) if found else 0.0
