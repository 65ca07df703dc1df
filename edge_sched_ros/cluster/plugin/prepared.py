# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The claims that are prepared on this computer: their CDI files, and nothing else."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from edge_sched_ros.cluster.plugin.cdi import file_name
from edge_sched_ros.cluster.plugin.cdi import is_ours
from edge_sched_ros.cluster.plugin.cdi import Prepared
from edge_sched_ros.cluster.plugin.cdi import read_prepared
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import write_whole
from edge_sched_ros.documents.text_file import read_text

_log = logging.getLogger(__name__)


class PreparedClaims:
    """
    The files of claims in a folder that the container runtime reads.

    :param folder: made when the first file is written
    :param nodes: unit -> paths of its device nodes
    """

    def __init__(self, folder: Path, nodes: Mapping[str, Sequence[str]]) -> None:
        self._folder, self._nodes = folder, nodes

    def all(self) -> list[Prepared]:
        """Return all claims; a file that cannot be read is logged and left alone."""
        found = []
        names = [path.name for path in self._folder.iterdir()] if self._folder.is_dir() else []
        for name in sorted(filter(is_ours, names)):
            path = self._folder / name
            try:
                one = read_prepared(read_text(path))
                if file_name(one.uid) != name:
                    raise ConfigError(str(path), 'is of another claim than it says')
                found.append(one)
            except ConfigError as error:
                _log.warning('%s: not used: %s', path, error.problem)
        return found

    def get(self, uid: str) -> Prepared | None:
        """Return a claim, ``None`` when it is not prepared."""
        return next((one for one in self.all() if one.uid == uid), None)

    def put(self, one: Prepared) -> None:
        """
        Write a claim's file whole, in the place of an earlier one.

        :raises ConfigError: when it cannot be written
        """
        text = json.dumps(one.spec(self._nodes), indent=2) + '\n'
        write_whole(self._folder / file_name(one.uid), text.encode())

    def remove(self, uid: str) -> bool:
        """
        Remove a claim's file; return whether there was one.

        :raises ConfigError: when it cannot be removed, or the uid is none
        """
        path = self._folder / file_name(uid)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise ConfigError(str(path), f'cannot be removed: {error.strerror}') from None
        return True
