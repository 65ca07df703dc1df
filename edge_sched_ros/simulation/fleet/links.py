# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Links between devices: latency, bandwidth, loss, and ways over several of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from heapq import heappop
from heapq import heappush
from itertools import permutations

from edge_sched_ros.core.high_level.links import Link as WayCost
from edge_sched_ros.simulation import draws

#: payload of a packet on a link, in bytes
PACKET = 1400
#: after so many rounds of sending again what was lost, a transfer has failed
MOST_ROUNDS = 20
#: what passes from losing packets until they are asked for again, beside the way there and back
ASK_AGAIN_NS = 3_000_000
#: bandwidth of a way without a limit, as the coordinator is told
_NO_LIMIT = 1e12


@dataclass(slots=True)
class Link:
    """
    One direction between two devices.

    :param bytes_per_s: 0 for no limit
    :param loss: share of packets that do not arrive
    """

    source: str
    target: str
    latency_ns: int
    bytes_per_s: float = 0.0
    loss: float = 0.0
    up: bool = True
    #: when what was sent so far is on its way
    free_at_ns: int = 0
    transfers: int = 0
    nbytes: int = 0
    failed: int = 0
    _state: int = field(default=0, repr=False)

    def seed(self, seed: int) -> None:
        """Begin the random numbers of the link."""
        self._state = draws.mix(seed, draws.key_of(f'{self.source}>{self.target}'))

    def send(self, nbytes: int, now_ns: int) -> int | None:
        """
        Send a tensor and return when it arrives, or ``None`` when it never does.

        One tensor after the other; lost packets are sent again a round trip later, and meanwhile
        others may use the link.
        """
        self.transfers += 1
        if not self.up:
            self.failed += 1
            return None
        self.nbytes += nbytes
        start_ns = max(now_ns, self.free_at_ns)
        self.free_at_ns = start_ns + self._wire_ns(nbytes)
        arrived_ns = self.free_at_ns + self.latency_ns
        left, rounds = self._lost(max(1, -(-nbytes // PACKET)), 0), 0
        while left:
            rounds += 1
            if rounds == MOST_ROUNDS:
                self.failed += 1
                return None
            arrived_ns += 2 * self.latency_ns + ASK_AGAIN_NS + self._wire_ns(left * PACKET)
            self.free_at_ns += self._wire_ns(left * PACKET)
            left = self._lost(left, rounds)
        return arrived_ns

    def _wire_ns(self, nbytes: int) -> int:
        return round(nbytes * 1e9 / self.bytes_per_s) if self.bytes_per_s else 0

    def _lost(self, packets: int, turn: int) -> int:
        """Return how many of so many packets do not arrive."""
        if not self.loss:
            return 0
        mean, key = packets * self.loss, (self.transfers, turn)
        if packets > 32:
            spread = math.sqrt(mean * (1 - self.loss))
            drawn = mean + spread * draws.normal(*key, state=self._state)
            return min(packets, max(0, round(drawn)))
        each = (draws.uniform(*key, n, state=self._state) for n in range(packets))
        return sum(one < self.loss for one in each)


class Links:
    """
    All links, and the quickest way between any two devices.

    Without a single link all devices are joined without delay.
    """

    def __init__(self, devices: Iterable[str], links: Iterable[Link]) -> None:
        self.devices = tuple(devices)
        self.all = {(link.source, link.target): link for link in links}
        self._ideal = not self.all
        #: device -> the links that begin there
        self._beginning: dict[str, list[Link]] = {}
        for link in self.all.values():
            self._beginning.setdefault(link.source, []).append(link)
        self._ways: dict[str, dict[str, tuple[Link, ...]]] = {}

    def way(self, source: str, target: str) -> tuple[Link, ...] | None:
        """Return the links on the quickest way, ``None`` where there is no way now."""
        if source == target or self._ideal:
            return ()
        if source not in self._ways:
            self._ways[source] = self._from(source)
        return self._ways[source].get(target)

    def latency_ns(self, source: str, target: str) -> int | None:
        """Return how long a small message takes, ``None`` when it never arrives."""
        way = self.way(source, target)
        return None if way is None else sum(link.latency_ns for link in way)

    def bytes_per_s(self, source: str, target: str) -> float:
        """Return how fast a large tensor goes from end to end; 0 without a limit."""
        return _bytes_per_s(self.way(source, target) or ())

    def known(self) -> dict[tuple[str, str], WayCost]:
        """Return every way that there is now, as the coordinator is told of it."""
        if self._ideal:
            return dict.fromkeys(permutations(self.devices, 2), WayCost(0, _NO_LIMIT))
        found = {}
        for source, target in permutations(self.devices, 2):
            way = self.way(source, target)
            if way is not None:
                rate = _bytes_per_s(way) or _NO_LIMIT
                found[source, target] = WayCost(sum(one.latency_ns for one in way), rate)
        return found

    def changed(self) -> None:
        """Look for ways anew."""
        self._ways.clear()

    def _from(self, source: str) -> dict[str, tuple[Link, ...]]:
        found: dict[str, tuple[Link, ...]] = {}
        queue: list[tuple[int, int, str, tuple[Link, ...]]] = [(0, 0, source, ())]
        count = 0
        while queue:
            latency_ns, _, at, way = heappop(queue)
            if at in found:
                continue
            found[at] = way
            for link in self._beginning.get(at, ()):
                if link.up and link.target not in found:
                    count += 1
                    heappush(
                        queue, (latency_ns + link.latency_ns, count, link.target, (*way, link))
                    )
        return found


def _bytes_per_s(way: tuple[Link, ...]) -> float:
    """Return how fast a large tensor goes over links; 0 without a limit."""
    per_byte = sum(1 / link.bytes_per_s for link in way if link.bytes_per_s)
    return 1 / per_byte if per_byte else 0.0
