# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Bags whose form is right, and whose contents are not: single bytes of valid ones change."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from results_bag import write_results
from rosbags.rosbag1 import Writer as Ros1Writer
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer
from rosbags.typesys import get_typestore
from rosbags.typesys import Stores

from edge_sched_ros.bags.reader import Bag
from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.bags.typestore import make
from edge_sched_ros.bags.typestore import typestore
from fuzz.choices import edited
from fuzz.choices import unedited
from fuzz.target import Target

_MEMORY = Path('/dev/shm')
_FOLDER = tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None)
_TIME = 'builtin_interfaces/msg/Time'


def read_all(path: Path) -> None:
    """Read all messages of a bag."""
    with open_bag(path) as bag:
        _read(bag)


def _read(bag: Bag) -> None:
    _ = bag.start_time
    for connection in bag.connections:
        bag.unlike(connection.msgtype)
    for connection, _, data in bag.messages(bag.connections):
        try:
            bag.deserialize(data, connection.msgtype)
        except Exception:  # rosbags' own reader: its errors are counted by the caller
            continue


def _mcap() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (file,) = write_results(Path(folder, 'bag'), ['person', 'car']).glob('*.mcap')
        return file.read_bytes()


def _sqlite() -> tuple[bytes, bytes]:
    """Return the database and the metadata of a bag."""
    store = typestore()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'bag')
        with Writer(path, version=8, storage_plugin=StoragePlugin.SQLITE3) as writer:
            connection = writer.add_connection('/time', _TIME, typestore=store)
            writer.write(
                connection, 10**9, store.serialize_cdr(make(_TIME, sec=1, nanosec=2), _TIME)
            )
        (file,) = path.glob('*.db3')
        return file.read_bytes(), (path / 'metadata.yaml').read_bytes()


def _ros1() -> bytes:
    store = get_typestore(Stores.ROS1_NOETIC)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, 'old.bag')
        with Ros1Writer(path) as writer:
            connection = writer.add_connection('/time', _TIME, typestore=store)
            message = store.types[_TIME](sec=1, nanosec=2)
            writer.write(connection, 10**9, store.serialize_ros1(message, _TIME))
        return path.read_bytes()


def _edits(name: str, file: str, good: bytes) -> Target:
    path = Path(_FOLDER.name, file)

    def read(data: bytes) -> None:
        path.write_bytes(edited(good, data))
        read_all(path)

    corpus = tuple(unedited(good, count) for count in (0, 7, 40))
    return Target(name, corpus, read, slow=True)


def _in_folder(database: bytes) -> Callable[[bytes], None]:
    folder = Path(_FOLDER.name, 'bag')
    folder.mkdir()
    (folder / 'bag.db3').write_bytes(database)

    def read(data: bytes) -> None:
        (folder / 'metadata.yaml').write_bytes(data)
        read_all(folder)

    return read


_DATABASE, _METADATA = _sqlite()

TARGETS = (
    _edits('bag_mcap_bytes', 'edited.mcap', _mcap()),
    _edits('bag_sqlite_bytes', 'edited.db3', _DATABASE),
    _edits('bag_ros1_bytes', 'edited.bag', _ros1()),
    Target('bag_metadata', (_METADATA,), _in_folder(_DATABASE), slow=True),
)
