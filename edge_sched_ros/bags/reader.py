# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Opens bags."""

from __future__ import annotations

import os
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_sched_ros.bags.layout import same_layout
from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.bags.typestore import with_types
from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.yaml_file import read_mapping

#: the key of metadata.yaml
_INFORMATION = 'rosbag2_bagfile_information'
#: endings of a bag's files
_FILES = ('.mcap', '.db3', '.bag')


def open_bag(path: Path) -> Bag:
    """
    Return a bag to be used with ``with``: a rosbag2 folder, one of its files, or a ROS 1 bag.

    :raises ConfigError: when it is not a bag or is damaged; also on entering
    """
    from rosbags.highlevel import AnyReader

    if not os.path.exists(path):
        raise ConfigError(str(path), 'there is no such bag')
    if os.path.isdir(path) and not os.path.isfile(path / 'metadata.yaml'):
        problem = 'is not a bag: there is no metadata.yaml in it'
        files = sorted(file.name for file in path.iterdir() if file.suffix in _FILES)
        if files:
            problem += f'; give the file itself: {", ".join(str(path / name) for name in files)}'
        raise ConfigError(str(path), problem)
    if os.path.isdir(path):
        _check_metadata(path / 'metadata.yaml')
    if os.path.isfile(path) and path.suffix not in _FILES:
        known = ', '.join(_FILES)
        raise ConfigError(str(path), f'is not a bag: neither a folder nor one of {known}')
    try:
        return Bag(AnyReader([path], default_typestore=typestore()), path)
    except Exception as error:
        raise _unreadable(path, error) from None


class Bag:
    """
    An open bag. Messages of a ROS 1 bag are read as those of ROS 2.

    :param reader: a ``rosbags`` reader, not open yet
    :param path: where it is
    """

    def __init__(self, reader: Any, path: Path) -> None:
        self._reader = reader
        self._path = path
        self.connections: list[Any] = []
        #: why reading ended before the end of the bag; empty if it did not
        self.damage = ''
        #: types of a ROS 1 bag in ROS 2's form, made on first use
        self._as_ros2: Any = None

    def __enter__(self) -> Bag:
        """Open it; :raises ConfigError: when it cannot be read."""
        try:
            self._reader.open()
        except Exception as error:
            raise _unreadable(self._path, error) from None
        self.connections = list(self._reader.connections)
        return self

    def __exit__(self, *error: Any) -> None:
        """Close it."""
        self._reader.close()

    @property
    def start_time(self) -> int:
        """Log time of the first message, ns; zero in a bag without any."""
        return int(self._reader.start_time) if self._reader.message_count else 0

    @property
    def is_ros1(self) -> bool:
        """Whether its messages are those of ROS 1."""
        return not self._reader.is2

    def messages(self, connections: Sequence[Any]) -> Iterator[tuple[Any, int, bytes]]:
        """
        Yield connection, log time and bytes of the messages of some connections, in order.

        It ends where the bag is damaged, see ``damage``.
        """
        if not connections:
            return  # a reader takes none for all of them
        try:
            yield from self._reader.messages(connections=connections)
        except Exception as error:
            self.damage = brief_error(error)

    def unlike(self, kind: str) -> str:
        """
        Return why a type in this bag differs from the installed one; empty if it does not.

        Types change between distributions, and messages of one are not valid in the other.
        """
        here, there = typestore(), self._reader.typestore
        if kind not in here.fielddefs or same_layout(there, here, kind):
            return ''
        return f"'{kind}' has other fields in this bag than here"

    def cdr(self, data: bytes, kind: str) -> bytes:
        """Return a message's bytes in ROS 2's form; raises any exception for a damaged one."""
        if not self.is_ros1:
            return bytes(data)
        if self._as_ros2 is None:
            self._as_ros2 = with_types(self._reader.typestore)
        return bytes(self._as_ros2.ros1_to_cdr(data, kind))

    def deserialize(self, data: bytes, kind: str) -> Any:
        """Return a message; raises any exception for a damaged one."""
        if self.is_ros1:
            # under the names that fields have in ROS 2
            message = self.cdr(data, kind)
            return self._as_ros2.deserialize_cdr(message, kind)
        return self._reader.deserialize(data, kind)


def _check_metadata(file: Path) -> None:
    """Refuse a file for which rosbags' own error would be unclear."""
    information = read_mapping(file).get(_INFORMATION)
    if not isinstance(information, dict) or 'version' not in information:
        raise ConfigError(str(file), f'is broken: it has no {_INFORMATION} with a version')


def _unreadable(path: Path, error: Exception) -> ConfigError:
    reason = brief(error) or type(error).__name__
    if 'end magic' in reason:
        reason += ' (the recording was cut off; `mcap recover` can save the rest)'
    return ConfigError(str(path), f'is not a bag that can be read: {reason}')
