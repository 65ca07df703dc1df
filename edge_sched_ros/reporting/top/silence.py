# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Schedulers that tell nothing any more: what is on the screen is then of the past."""

from __future__ import annotations

from collections.abc import Callable

#: the shortest silence that is told, and how many of the usual pauses it lasts
_LEAST_S, _PAUSES = 3.0, 3.0


class Silence:
    """
    How long ago schedulers were last heard.

    :param clock: seconds that never go back
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        #: node -> when it was last heard, and the pause before that
        self._heard: dict[str, tuple[float, float]] = {}

    def heard(self, node: str) -> None:
        """Note that a node has told its state."""
        now_s = self._clock()
        before = self._heard.get(node)
        # some may be read at once, so that a short pause says little
        pause_s = 0.0 if before is None else max(now_s - before[0], before[1] / 2)
        self._heard[node] = now_s, pause_s

    def seconds(self, node: str) -> int:
        """Return for how many whole seconds a node has been silent; 0 while that is usual."""
        if node not in self._heard:
            return 0
        last_s, pause_s = self._heard[node]
        silent_s = self._clock() - last_s
        return int(silent_s) if silent_s > max(_LEAST_S, _PAUSES * pause_s) else 0
