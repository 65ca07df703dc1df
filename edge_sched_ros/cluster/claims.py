# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""ResourceClaims: which units of which nodes are allocated as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.cluster import names
from edge_sched_ros.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Claim:
    """
    A claim.

    :param units: its allocated devices of this driver: node, name of the unit
    """

    uid: str
    units: frozenset[tuple[str, str]]


def read_claim(raw: Mapping[str, Any]) -> Claim:
    """
    Return a claim from the API's JSON.

    Devices for administration are left out: their unit still works for others.

    :raises ConfigError: when it is not a claim
    """
    uid = _inside(raw, 'metadata').get('uid')
    if not isinstance(uid, str) or not uid:
        raise ConfigError('ResourceClaim.metadata.uid', 'is missing')
    return Claim(
        uid,
        frozenset(
            (str(one.get('pool')), str(one.get('device')))
            for one in allocated(raw)
            if not one.get('adminAccess')
        ),
    )


def allocated(raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the devices of this driver that a claim has, as the API server describes them."""
    devices = _inside(raw, 'status', 'allocation', 'devices').get('results')
    results = devices if isinstance(devices, list) else []
    return [
        one for one in results if isinstance(one, Mapping) and one.get('driver') == names.GROUP
    ]


class Claims:
    """All claims of a cluster, by uid."""

    def __init__(self) -> None:
        self._by_uid: dict[str, Claim] = {}
        #: node -> unit -> number of claims that have it, as some share a unit
        self._by_node: dict[str, Counter[str]] = {}

    def __len__(self) -> int:
        return len(self._by_uid)

    def units_of(self, node: str) -> frozenset[str]:
        """Return the names of a node's claimed units."""
        return frozenset(+self._by_node.get(node, Counter()))

    def note(self, claim: Claim) -> set[str]:
        """Add or update a claim; return the nodes that it may change."""
        known = self._by_uid.get(claim.uid)
        before = known.units if known is not None else frozenset()
        if claim.units:
            self._by_uid[claim.uid] = claim
        else:
            self._by_uid.pop(claim.uid, None)
        for node, unit in before - claim.units:
            self._by_node[node][unit] -= 1
        for node, unit in claim.units - before:
            self._by_node.setdefault(node, Counter())[unit] += 1
        return {node for node, _ in before ^ claim.units}

    def forget(self, uid: str) -> set[str]:
        """Remove a claim; return the nodes that it may change."""
        return self.note(Claim(uid, frozenset()))

    def replace(self, claims: Iterable[Claim]) -> set[str]:
        """Replace all claims by a list; return the nodes that it may change."""
        listed = {claim.uid: claim for claim in claims}
        changed: set[str] = set()
        for uid in self._by_uid.keys() - listed.keys():
            changed |= self.forget(uid)
        for claim in listed.values():
            changed |= self.note(claim)
        return changed


def _inside(raw: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        raw = raw.get(key) if isinstance(raw, Mapping) else None
    return raw if isinstance(raw, Mapping) else {}
