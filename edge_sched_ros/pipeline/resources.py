# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where the files that came with the package are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError

_PACKAGE = 'edge_sched_ros'
_SCHEME = 'package://'


def share_of(package: str = _PACKAGE) -> Path | None:
    """Return a ROS package's share folder, or ``None``; a checkout of this one counts too."""
    prefixes = os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)
    for prefix in [*filter(None, prefixes), sys.prefix]:
        share = Path(prefix, 'share', package)
        if share.is_dir():
            return share
    checkout = Path(__file__).resolve().parents[2]
    if package == _PACKAGE and (checkout / 'package.xml').is_file():
        return checkout
    return None


def find_file(name: str, *, where: str, beside: Path | None = None) -> Path:
    """
    Return the file a setting names.

    :param name: absolute, ``package://PACKAGE/PATH``, or relative: to the file that holds the
        setting, else to this package's ``models``
    :param where: the key of the setting, for messages
    :param beside: the folder of the file that holds the setting
    :raises ConfigError: when there is no such file
    """
    if name.startswith(_SCHEME):
        package, _, rest = name.removeprefix(_SCHEME).partition('/')
        share = share_of(package)
        if share is None:
            raise ConfigError(where, f"there is no package '{package}' (in {name})")
        candidates = [share / rest]
    elif Path(name).is_absolute():
        candidates = [Path(name)]
    else:
        share = share_of()
        candidates = [] if beside is None else [beside / name]
        candidates += [Path.cwd() / name]
        candidates += [] if share is None else [share / 'models' / name]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    looked = ', '.join(str(candidate) for candidate in candidates)
    raise ConfigError(where, f"there is no file '{name}' (looked for {looked})")
