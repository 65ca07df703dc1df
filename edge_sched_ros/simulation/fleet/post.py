# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Small messages between devices: they take the latency of the way, and never overtake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_sched_ros.simulation.fleet.clock import VirtualClock
from edge_sched_ros.simulation.fleet.links import Links


class Post:
    """Messages of a coordinator and its devices; what cannot arrive is lost."""

    def __init__(self, clock: VirtualClock, links: Links) -> None:
        self._clock = clock
        self._links = links
        #: (source, target) -> when the last message arrives
        self._last_ns: dict[tuple[str, str], int] = {}

    def send(
        self, source: str, target: str, receive: Callable[..., None], *arguments: Any
    ) -> None:
        """Let something be received at another device."""
        latency_ns = self._links.latency_ns(source, target)
        if latency_ns is None:
            return
        pair = (source, target)
        at_ns = max(self._clock.now_ns + latency_ns, self._last_ns.get(pair, 0))
        self._last_ns[pair] = at_ns
        self._clock.at(at_ns, receive, *arguments)
