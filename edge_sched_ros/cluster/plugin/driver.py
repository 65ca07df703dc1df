# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Prepares claims for kubelet: checks what was allocated, and gives it to containers."""

from __future__ import annotations

import logging
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Protocol

from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.api_call import ApiError
from edge_sched_ros.cluster.api_call import NotServed
from edge_sched_ros.cluster.claims import allocated
from edge_sched_ros.cluster.plugin.cdi import Grant
from edge_sched_ros.cluster.plugin.cdi import Prepared
from edge_sched_ros.cluster.plugin.prepared import PreparedClaims
from edge_sched_ros.core.errors import ConfigError

_log = logging.getLogger(__name__)


class ClaimSource(Protocol):
    """The calls of the plugin to the API server."""

    def get(self, name: str) -> dict[str, Any] | None:
        """Return a claim by ``NAMESPACE/NAME``, ``None`` without one."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A claim as kubelet names it.

    :param name: ``NAMESPACE/NAME``
    """

    uid: str
    name: str


class Driver:
    """
    Prepares claims on this node. Calls must not overlap.

    :param node: its name, which is that of its pool
    :param units: names of the units that can be used here
    """

    def __init__(
        self, source: ClaimSource, prepared: PreparedClaims, node: str, units: Collection[str]
    ) -> None:
        self._source, self._prepared = source, prepared
        self.node, self._units = node, units

    def prepare(self, asked: Asked) -> Prepared:
        """
        Give a claim's units to the containers that will have it; the same when asked again.

        :raises ConfigError: when the claim is unknown, not allocated, or a unit of it cannot be
            given
        :raises ApiError: when the API server is not available and the claim is not prepared yet
        """
        known = self._prepared.get(asked.uid)
        try:
            found = self._read(asked)
        except ApiError as error:
            # kubelet may start while the API server is away
            if known is None or error.status:
                raise
            return known
        self._refuse_taken(found)
        if found != known:
            _log.info('%s: prepared: %s', asked.name, ', '.join(g.unit for g in found.grants))
        # also when it is known: the device nodes may be others since a restart
        self._prepared.put(found)
        return found

    def unprepare(self, asked: Asked) -> None:
        """
        Revert it; nothing when it is not prepared. Needs no API server.

        :raises ConfigError: when the claim's file cannot be removed
        """
        if self._prepared.remove(asked.uid):
            _log.info('%s: no longer prepared', asked.name)

    def drop_stale(self) -> None:
        """Revert claims that ended while no plugin ran, as far as the API server tells."""
        for one in self._prepared.all():
            try:
                self._drop_if_stale(one)
            except (ApiError, ConfigError) as error:
                _log.warning('%s: kept: %s', one.claim, error)

    def _read(self, asked: Asked) -> Prepared:
        try:
            raw = self._source.get(asked.name)
        except NotServed:
            problem = 'the cluster has no resource.k8s.io/v1 (Kubernetes 1.34 and later have)'
            raise ConfigError(f'ResourceClaim {asked.name}', problem) from None
        if raw is None or (raw.get('metadata') or {}).get('uid') != asked.uid:
            raise ConfigError(f'ResourceClaim {asked.name}', f'there is none with uid {asked.uid}')
        grants = tuple(self._grant(asked, one) for one in allocated(raw))
        if not grants:
            problem = f'has no device of {names.GROUP} allocated'
            raise ConfigError(f'ResourceClaim {asked.name}', problem)
        return Prepared(asked.uid, asked.name, _joined(grants))

    def _grant(self, asked: Asked, device: Mapping[str, Any]) -> Grant:
        pool, unit = str(device.get('pool')), str(device.get('device'))
        where = f'ResourceClaim {asked.name}'
        if pool != self.node:
            raise ConfigError(where, f'{pool}/{unit} is not on this node, {self.node}')
        if unit not in self._units:
            raise ConfigError(where, f'{unit} is not found on {self.node}, or cannot be used')
        shared = bool(device.get('adminAccess'))
        return Grant(unit, (str(device.get('request')),), shared)

    def _refuse_taken(self, wanted: Prepared) -> None:
        """Refuse a unit that another claim still has."""
        mine = {grant.unit for grant in wanted.grants if not grant.shared}
        for other in self._prepared.all():
            theirs = {grant.unit for grant in other.grants if not grant.shared}
            both = sorted(mine & theirs)
            if other.uid != wanted.uid and both and not self._drop_if_stale(other):
                problem = f'{", ".join(both)} is prepared for {other.claim}, which still has it'
                raise ConfigError(f'ResourceClaim {wanted.claim}', problem)

    def _drop_if_stale(self, one: Prepared) -> bool:
        """Revert a claim that is gone, or has other units now; return whether it was."""
        raw = self._source.get(one.claim)
        if raw is not None and (raw.get('metadata') or {}).get('uid') == one.uid:
            have = {(str(d.get('pool')), str(d.get('device'))) for d in allocated(raw)}
            if all((self.node, grant.unit) in have for grant in one.grants):
                return False
        _log.warning('%s: its claim has ended: no longer prepared', one.claim)
        return self._prepared.remove(one.uid)


def _joined(grants: tuple[Grant, ...]) -> tuple[Grant, ...]:
    """Return each unit once, for all requests that have it."""
    found: dict[str, Grant] = {}
    for one in grants:
        known = found.get(one.unit)
        requests = one.requests if known is None else (*known.requests, *one.requests)
        shared = one.shared and (known is None or known.shared)
        found[one.unit] = Grant(one.unit, requests, shared)
    return tuple(found[unit] for unit in sorted(found))
