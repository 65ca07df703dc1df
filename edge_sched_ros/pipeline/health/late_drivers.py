# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds units whose drivers appear after loading; they can be used after another load."""

from __future__ import annotations

import logging
from pathlib import Path

from edge_sched_ros.execution.discovery.signs import read_signs

_log = logging.getLogger(__name__)
_EVERY_NS = 10_000_000_000


class LateDrivers:
    """
    Drivers that have appeared since the pipeline was loaded.

    :param root: the folder with ``dev``
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._then = read_signs(root)
        self._looked_ns: int | None = None
        #: kinds of units
        self.kinds: tuple[str, ...] = ()

    def check(self, now_ns: int) -> None:
        """Check again, if the period has passed; any monotonic clock will do."""
        if self._looked_ns is not None and now_ns - self._looked_ns < _EVERY_NS:
            return
        self._looked_ns = now_ns
        found = tuple(sorted(read_signs(self._root) - self._then))
        if found != self.kinds:
            for kind in found:
                if kind not in self.kinds:
                    _log.warning(
                        'unit %s: its driver has appeared: configure again to use it', kind
                    )
            self.kinds = found
