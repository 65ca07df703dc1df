# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The segments that an earlier cut of a network has left in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.yaml_file import read_mapping


def earlier_segments(manifest: Path, keep: Collection[Path]) -> list[Path]:
    """
    Return the files of segments of an earlier cut that a new one does not replace.

    Only files that the earlier file of segments names, in its own folder, with the content whose
    digest it says: everything else belongs to somebody else.

    :param manifest: the file of segments, before the new cut writes it
    :param keep: files that the new cut needs or writes
    """
    try:
        data = read_mapping(manifest)
    except ConfigError:
        # there is none, or it is no file of segments
        return []
    kept = {path.resolve() for path in keep}
    found = []
    for name, digest in _named(data):
        path = manifest.parent / name
        if Path(name).name == name and path.resolve() not in kept and _has_digest(path, digest):
            found.append(path)
    return found


def remove_segments(paths: Collection[Path]) -> list[Path]:
    """Remove files; return those that are removed."""
    removed = []
    for path in paths:
        try:
            path.unlink()
        except OSError:
            # it does no harm where it is
            continue
        removed.append(path)
    return removed


def _named(data: Any) -> list[tuple[str, str]]:
    """Return file and digest of every stage of a file of segments, as far as it has its form."""
    networks = _values(data.get('networks'))
    stages = [stage for network in networks for stage in _items(network, 'stages')]
    pairs = [(stage.get('file'), stage.get('digest')) for stage in stages if _is_mapping(stage)]
    return [(file, digest) for file, digest in pairs if _is_text(file) and _is_text(digest)]


def _values(value: Any) -> list[Any]:
    return list(value.values()) if _is_mapping(value) else []


def _items(value: Any, key: str) -> list[Any]:
    found = value.get(key) if _is_mapping(value) else None
    return found if isinstance(found, list) else []


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _has_digest(path: Path, digest: str) -> bool:
    """Whether a file has that content; a segment has all its weights in it."""
    try:
        if path.is_symlink() or not path.is_file():
            return False
        return digest == f'sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}'
    except OSError:
        return False
