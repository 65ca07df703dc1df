# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What it takes to send a tensor from one device to another, measured and smoothed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: weight of the newest measurement
_GAIN = 0.25
#: change of a link, as a share, that is worth telling those who keep what they made of it
_DRIFT = 0.1


@dataclass(frozen=True, slots=True)
class Link:
    """
    One direction of a link.

    :param latency_ns: one way, of a small message
    :param bytes_per_s: of a large one
    """

    latency_ns: int
    bytes_per_s: float


#: of a link that nobody has described or measured: a wired local network
DEFAULT_LINK = Link(latency_ns=500_000, bytes_per_s=100e6)


class LinkTable:
    """
    Every link by (source, target).

    :param links: known beforehand; more are learned
    """

    def __init__(self, links: Mapping[tuple[str, str], Link]) -> None:
        self._links = dict(links)
        #: what :attr:`version` stands for
        self._told = dict(links)
        #: grows when a link has become another than the one told last
        self.version = 0

    def link(self, source: str, target: str) -> Link:
        """Return what is known of a link."""
        return self._links.get((source, target), DEFAULT_LINK)

    def known(self) -> Mapping[tuple[str, str], Link]:
        """Return the links that were described or measured."""
        return self._links

    def busy_ns(self, source: str, target: str, nbytes: int) -> int:
        """Return how long a tensor keeps the link busy; 0 within a device."""
        if source == target:
            return 0
        return round(nbytes * 1e9 / self.link(source, target).bytes_per_s)

    def transfer_ns(self, source: str, target: str, nbytes: int) -> int:
        """Return how long a tensor takes from one device to the other; 0 within a device."""
        if source == target:
            return 0
        link = self.link(source, target)
        return link.latency_ns + round(nbytes * 1e9 / link.bytes_per_s)

    def measured(self, source: str, target: str, latency_ns: int, bytes_per_s: float) -> None:
        """Take in a measurement; a part of it that is not positive is not known."""
        key = (source, target)
        before = self._links.get(key)
        if before is None:
            rate = bytes_per_s if bytes_per_s > 0 else DEFAULT_LINK.bytes_per_s
            link = Link(max(0, latency_ns), rate)
        else:
            link = Link(
                round(_smooth(before.latency_ns, latency_ns, latency_ns >= 0)),
                _smooth(before.bytes_per_s, bytes_per_s, bytes_per_s > 0),
            )
        self._links[key] = link
        told = self._told.get(key)
        if told is None or _differs(link, told):
            self._told[key] = link
            self.version += 1


def _smooth(before: float, now: float, known: bool) -> float:
    return before + (now - before) * _GAIN if known else before


def _differs(link: Link, told: Link) -> bool:
    return (
        abs(link.latency_ns - told.latency_ns) > _DRIFT * told.latency_ns
        or abs(link.bytes_per_s - told.bytes_per_s) > _DRIFT * told.bytes_per_s
    )
