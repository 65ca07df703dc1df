# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Observed responses of nodes whose agent is gone: they stay in annotations, and mean nothing."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterable

from edge_sched_ros.cluster.records import Node

_log = logging.getLogger(__name__)
#: agents publish again within this part of the time for which observations hold
_PERIODS = 3


def make_stamp(now_s: float, every_s: float) -> str:
    """Return the stamp of observations that are published again after ``every_s``."""
    return f'{now_s:.0f} {math.ceil(_PERIODS * every_s)}'


class Staleness:
    """Which nodes' observations are too old, by the time since their stamp has changed."""

    def __init__(self) -> None:
        #: node -> stamp, and when it was seen first
        self._seen: dict[str, tuple[str, float]] = {}
        self.nodes: set[str] = set()

    def update(self, nodes: Iterable[Node], now: float) -> None:
        """Look at all nodes; a node whose observations become too old is logged."""
        before, self.nodes, known = self.nodes, set(), self._seen
        self._seen = {}
        for node in nodes:
            stamp, since = known.get(node.name, (node.stamp, now))
            if stamp != node.stamp:
                since = now
            self._seen[node.name] = node.stamp, since
            holds_s = _holds_s(node.stamp)
            if now - since <= holds_s:
                continue
            self.nodes.add(node.name)
            if node.name not in before:
                text = 'node %s: observed responses are older than %.0f s, not used: no agent?'
                _log.warning(text, node.name, holds_s)


def _holds_s(stamp: str) -> float:
    """Return for how long observations hold; for ever without a stamp that can be read."""
    found = re.fullmatch(r'\d{1,15} (\d{1,9})', stamp)
    return float(found[1]) if found else math.inf
