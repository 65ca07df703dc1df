# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Paths that files name: relative ones stay in the folder of the file, or of the package."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.validation_text import shortened
from edge_sched_ros.installation.trusted_files import trusted_users


def contained(name: str, root: Path, where: str) -> Path:
    """
    Return the path of a relative name in a folder.

    Links may lead elsewhere, as those of ``colcon build --symlink-install`` do, if they belong to
    a user whose files are trusted.

    :param where: key with the name, for messages
    :raises ConfigError: when it would leave the folder
    """
    parts = os.path.normpath(name).split(os.sep)
    if os.path.isabs(name) or parts[0] == os.pardir:
        raise ConfigError(
            where, f"'{shortened(name)}' leaves the folder {root}: give an absolute path"
        )
    path = root
    users = trusted_users()
    for part in parts:
        path = path / part
        try:
            found = path.lstat()
        except (OSError, ValueError):
            break  # whoever opens it says what is wrong
        if stat.S_ISLNK(found.st_mode) and found.st_uid not in users:
            raise ConfigError(
                where,
                f"'{shortened(name)}' leaves the folder {root} by a link of another user ({path})",
            )
    return root / name


def relative_or_absolute(name: str, folder: Path, where: str) -> Path:
    """
    Return the path of a name in a file.

    :param folder: of the file
    :raises ConfigError: when it is relative and would leave the folder
    """
    path = Path(name)
    return path if path.is_absolute() else contained(name, folder, where)
