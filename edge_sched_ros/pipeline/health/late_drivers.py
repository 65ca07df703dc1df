# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Notes units whose drivers come after the pipeline was loaded; to use one takes a new load."""

from __future__ import annotations

import logging
from pathlib import Path

from edge_sched_ros.execution.discovery.signs import read_signs

_log = logging.getLogger(__name__)
_EVERY_NS = 10_000_000_000


class LateDrivers:
    """
    Drivers that have come since.

    :param root: where ``dev`` is
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._then = read_signs(root)
        self._looked_ns: int | None = None
        #: kinds of units
        self.kinds: tuple[str, ...] = ()

    def check(self, now_ns: int) -> None:
        """Look again, if it is time to; any clock that goes on will do."""
        if self._looked_ns is not None and now_ns - self._looked_ns < _EVERY_NS:
            return
        self._looked_ns = now_ns
        found = tuple(sorted(read_signs(self._root) - self._then))
        if found != self.kinds:
            for kind in found:
                if kind not in self.kinds:
                    _log.warning(
                        'unit %s: its driver is here now: configure again to use it', kind
                    )
            self.kinds = found
