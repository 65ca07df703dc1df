# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The engines that this user has built or accepted, apart from the engines.

The checksum beside a plan tells damage, not intent: who can change the plan can change it, too.
So the user's own folder has a file for every known plan, named by the plan's checksum.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.tensorrt.files import write_atomically
from edge_sched_ros.installation.trusted_files import read_trusted
from edge_sched_ros.installation.trusted_files import UntrustedFileError


def register_folder() -> Path:
    """Return the user's folder of known plans: of state, which no cleaner of caches empties."""
    named = os.environ.get('XDG_STATE_HOME', '')
    base = Path(named) if os.path.isabs(named) else Path.home() / '.local' / 'state'
    return base / 'edge_sched_ros' / 'plans'


def remember(sha256: str, plan: Path) -> None:
    """
    Note a plan.

    :param plan: its file, for people
    :raises ConfigError: when the folder cannot be written
    """
    folder = register_folder()
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(folder / sha256, f'{plan}\n'.encode())


def check_known(sha256: str, plan: Path) -> None:
    """
    Check that this user has built or accepted a plan.

    :raises ConfigError: when not, with what to do
    """
    note = register_folder() / sha256
    try:
        read_trusted(note)
    except UntrustedFileError as error:
        raise ConfigError(str(note), f'is not used: {error}') from None
    except OSError:
        raise ConfigError(
            str(plan),
            'is an engine that this user has neither built nor accepted: build it again, or '
            'accept it with edge-sched build --accept, if you know where it comes from',
        ) from None
