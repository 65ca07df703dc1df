# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds the files of the package, and checks the paths it writes to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.contained_path import contained

_PACKAGE = 'edge_sched_ros'
_SCHEME = 'package://'


def share_of(package: str = _PACKAGE) -> Path | None:
    """Return a ROS package's share folder, or ``None``; a checkout of this package counts, too."""
    prefixes = [
        *filter(None, os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep)),
        sys.prefix,
    ]
    if package == _PACKAGE:
        # use the files installed together with this module, below /opt/ros or by pip --user
        prefixes = [*map(str, Path(__file__).absolute().parents[2:]), *prefixes]
    for prefix in prefixes:
        share = Path(prefix, 'share', package)
        if os.path.isdir(share):
            return share
    checkout = Path(__file__).resolve().parents[2]
    if package == _PACKAGE and os.path.isfile(checkout / 'package.xml'):
        return checkout
    return None


def find_file(name: str, *, where: str, beside: Path | None = None) -> Path:
    """
    Return the file named by a setting.

    :param name: absolute, ``package://PACKAGE/PATH``, or relative to the file with the setting, or
        else to this package's ``models``
    :param where: key of the setting, for messages
    :param beside: folder of the file with the setting
    :raises ConfigError: when the file does not exist, or a path in a package leaves the package
    """
    if name.startswith(_SCHEME):
        package, _, rest = name.removeprefix(_SCHEME).partition('/')
        share = share_of(package)
        if share is None:
            raise ConfigError(where, f"there is no package '{package}' (in {name})")
        candidates = [contained(rest, share, where)]
    elif Path(name).is_absolute():
        candidates = [Path(name)]
    else:
        share = share_of()
        candidates = [] if beside is None else [beside / name]
        candidates += [Path.cwd() / name]
        candidates += [] if share is None else [share / 'models' / name]
    for candidate in candidates:
        if os.path.isfile(candidate):
            return candidate
    for candidate in candidates:
        if os.path.isdir(candidate):
            raise ConfigError(where, f"'{name}' is a folder, not a file ({candidate})")
    looked = ', '.join(str(candidate) for candidate in candidates)
    raise ConfigError(where, f"there is no file '{name}' (looked for {looked})")


def check_named_file(name: str, where: str) -> None:
    """
    Check that a file can be written, and create its folder.

    :param name: value of a parameter; ``~`` is the home folder; empty for none
    :param where: name of the parameter, for messages
    :raises ConfigError: when it cannot be written
    """
    if not name:
        return
    file = Path(name).expanduser()
    try:
        make_folder(file.parent)
    except ConfigError as error:
        raise ConfigError(where, str(error)) from None
    if os.path.isdir(file):
        raise ConfigError(where, f"'{name}' is a folder, not a file")
    if os.path.exists(file) and not os.access(file, os.W_OK):
        raise ConfigError(where, f"'{name}' cannot be written to")


def check_own_file(name: str, where: str) -> None:
    """
    Check a file that is read back, and replaced whenever it is written.

    :raises ConfigError: as above, and when it is a pipe or a device
    """
    check_named_file(name, where)
    if name and os.path.exists(path := Path(name).expanduser()) and not path.is_file():
        raise ConfigError(where, f"'{name}' is not a regular file (a device or a pipe)")


def make_folder(path: Path) -> None:
    """
    Create a folder and its parents, unless it exists.

    :raises ConfigError: when it cannot be created
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise ConfigError(str(path), 'is a file, not a folder') from None
    except OSError as error:
        raise ConfigError(str(path), f'cannot be created: {error.strerror}') from None
    if not os.access(path, os.W_OK):
        raise ConfigError(str(path), 'cannot be written to')
