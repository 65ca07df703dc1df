# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Growing pauses before a process is started again."""

from __future__ import annotations

#: first pause, seconds
FIRST_S = 0.5
#: longest pause, seconds
LONGEST_S = 30.0


class BackOff:
    """
    Doubles the pause after every run that was too short.

    :param first_s: first pause, seconds
    :param longest_s: longest pause; a run that lasted longer starts with the first one again
    """

    def __init__(self, first_s: float = FIRST_S, longest_s: float = LONGEST_S) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def pause_s(self, lasted_s: float) -> float:
        """Return the pause after a run that lasted so long, seconds."""
        if lasted_s > self._longest_s:
            self._next_s = self._first_s
        pause_s, self._next_s = self._next_s, min(2 * self._next_s, self._longest_s)
        return pause_s
