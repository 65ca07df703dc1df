# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One virtual clock for everything that happens in a fleet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from heapq import heappop
from heapq import heappush
from typing import Any

#: time, turn, whether it is idle, what to do
_Entry = tuple[int, int, bool, Callable[[], None]]


class VirtualClock:
    """What will happen, in order of time; of the same time in the order it was asked for."""

    def __init__(self) -> None:
        self.now_ns = 0
        self._queue: list[_Entry] = []
        self._order = 0

    def at(
        self, time_ns: int, action: Callable[..., None], *arguments: Any, idle: bool = False
    ) -> None:
        """
        Let something happen at a time, now if that has passed.

        :param idle: it need not happen when nothing is left to be done
        """
        self._order += 1
        what = partial(action, *arguments) if arguments else action
        entry: _Entry = (max(self.now_ns, time_ns), self._order, idle, what)
        heappush(self._queue, entry)

    def run(self, is_over: Callable[[int], bool]) -> None:
        """
        Let happen what will happen.

        :param is_over: asked with the time of an idle action; when true it is left out
        """
        queue = self._queue
        while queue:
            time_ns, _, idle, action = heappop(queue)
            if idle and is_over(time_ns):
                continue
            self.now_ns = time_ns
            action()
