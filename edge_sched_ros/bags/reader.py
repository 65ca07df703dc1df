# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Opens bags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.core.errors import ConfigError


def open_bag(path: Path) -> Any:
    """
    Return a ``rosbags`` reader of a rosbag2 folder (MCAP or SQLite), to be used with ``with``.

    :raises ConfigError: when it is not a bag or is damaged
    """
    from rosbags.highlevel import AnyReader
    from rosbags.highlevel import AnyReaderError

    if not path.exists():
        raise ConfigError(str(path), 'there is no such bag')
    if path.is_dir() and not (path / 'metadata.yaml').is_file():
        raise ConfigError(str(path), 'is not a bag: there is no metadata.yaml in it')
    try:
        return _Opened(AnyReader([path], default_typestore=typestore()), path)
    except (AnyReaderError, OSError) as error:
        raise ConfigError(str(path), f'is not a bag that can be read: {error}') from None


class _Opened:
    """Opens the reader on entering, so that damage is reported in our terms."""

    def __init__(self, reader: Any, path: Path) -> None:
        self._reader = reader
        self._path = path

    def __enter__(self) -> Any:
        try:
            return self._reader.__enter__()
        except Exception as error:
            reason = ' '.join(str(error).split())
            if 'end magic' in reason:
                reason += ' (the recording was cut off; `mcap recover` can save the rest)'
            raise ConfigError(
                str(self._path), f'is not a bag that can be read: {reason}'
            ) from None

    def __exit__(self, *error: Any) -> Any:
        return self._reader.__exit__(*error)
