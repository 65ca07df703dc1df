# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Recent message rates of each topic."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount

#: weight of the last measurement
_GAIN = 0.5
#: shorter intervals say little about a rate
_LEAST_NS = 200_000_000


class StreamRates:
    """Rates in messages a second; a silent topic has none."""

    def __init__(self) -> None:
        self.hz: dict[str, float] = {}
        self._counts: dict[str, int] = {}
        self._looked_ns: int | None = None

    def update(self, inputs: Mapping[str, InputAccount], now_ns: int) -> None:
        """Update with the messages since the last call."""
        before_ns = self._looked_ns
        if before_ns is not None and now_ns - before_ns < _LEAST_NS:
            return
        if before_ns is not None:
            for topic, account in inputs.items():
                came = account.received - self._counts.get(topic, 0)
                self._note(topic, came * 1e9 / (now_ns - before_ns))
        self._counts = {topic: account.received for topic, account in inputs.items()}
        self._looked_ns = now_ns

    def forget(self) -> None:
        """Restart after a stop of the pipeline."""
        self.hz.clear()
        self._looked_ns = None

    def _note(self, topic: str, hz: float) -> None:
        if hz <= 0:
            self.hz.pop(topic, None)
            return
        known = self.hz.get(topic, hz)
        self.hz[topic] = known + (hz - known) * _GAIN
