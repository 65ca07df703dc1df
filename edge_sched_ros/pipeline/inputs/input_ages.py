# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Statistics of the ages of one topic's frames on arrival."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from edge_sched_ros.pipeline.inputs.stamp_age import Age

#: the greatest age is taken over the last one to two of these spans
_SPAN_NS = 5_000_000_000


@dataclass(slots=True)
class InputAges:
    """
    Statistics of ages.

    :param last_ns: last known age; ``None`` before the first
    :param count: number of frames with known age
    :param sum_ns: sum of their ages
    :param ahead_ns: how far the last future stamp was ahead
    :param doubts: why a stamp gives no age -> number of frames
    """

    last_ns: int | None = None
    count: int = 0
    sum_ns: int = 0
    ahead_ns: int = 0
    doubts: dict[str, int] = field(default_factory=dict)
    #: the greatest age of this span and of the one before
    _greatest: tuple[int, int] = (0, 0)
    _span_ends_ns: int = 0

    @property
    def max_ns(self) -> int:
        """The greatest recent age."""
        return max(self._greatest)

    def note(self, age: Age, now_ns: int) -> None:
        """Add the age of a frame."""
        if age.doubt:
            self.doubts[age.doubt] = self.doubts.get(age.doubt, 0) + 1
            self.ahead_ns = age.ahead_ns or self.ahead_ns
        if age.ns is None:
            return
        self.last_ns = age.ns
        self.count += 1
        self.sum_ns += age.ns
        current, before = self._greatest
        if now_ns >= self._span_ends_ns:
            self._span_ends_ns = now_ns + _SPAN_NS
            current, before = 0, current
        self._greatest = (max(current, age.ns), before)

    def copy(self) -> InputAges:
        """Return the present statistics."""
        return replace(self, doubts=dict(self.doubts))
