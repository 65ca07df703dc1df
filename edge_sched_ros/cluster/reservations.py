# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Headroom reserved for pods and not yet used."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace

from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.cluster.hosts import Hosts


@dataclass(slots=True)
class Reservation:
    """
    Headroom reserved for a pod.

    :param places: node -> the way it would be served there
    :param until: end of the reservation, in seconds
    :param owner: owner of the expected pod, when the pod's name is not known yet
    :param group: group of the pod, whose pods are bound together; empty for none
    :param nominated: whether it lasts as long as the scheduler makes room by preemption
    """

    app: App
    places: Mapping[str, Option]
    until: float
    owner: str = ''
    group: str = ''
    nominated: bool = False

    @property
    def firm(self) -> bool:
        """Whether the node is decided; then the cluster's state includes it."""
        return len(self.places) == 1


class Reservations:
    """
    All reservations by key: the uid of a pod, or the key of an owner's expected pod.

    :param hosts: the cluster's state, which includes firm reservations
    """

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._by_key: dict[str, Reservation] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Reservation]:
        return iter(self._by_key.values())

    def get(self, key: str) -> Reservation | None:
        """Return a reservation, ``None`` without one."""
        return self._by_key.get(key)

    def add(self, key: str, reservation: Reservation, unit: str = '') -> None:
        """
        Reserve headroom; an earlier reservation of the key is released.

        :param unit: unit requested by the application; empty: any
        """
        self.release(key)
        self._by_key[key] = reservation
        if unit:
            self._hosts.wanted[reservation.app.name] = unit
        if reservation.firm:
            ((node, option),) = reservation.places.items()
            self._hosts.host(reservation.app, node, option)

    def release(self, key: str) -> None:
        """Cancel a reservation."""
        reservation = self._by_key.pop(key, None)
        if reservation is not None:
            self._hosts.discard(reservation.app)

    def redeem(self, key: str, node: str) -> bool:
        """Turn a bound pod's firm reservation into its place; return whether it had one."""
        reservation = self._by_key.get(key)
        if reservation is None or not reservation.firm or node not in reservation.places:
            return False
        del self._by_key[key]
        return True

    def expire(self, heard: float) -> None:
        """
        Remove expired reservations.

        :param heard: time in seconds until which all bindings are known
        """
        for key in [key for key, one in self._by_key.items() if one.until <= heard]:
            self.release(key)

    def key_for(self, owner: str) -> str:
        """Return the key for the pod that an owner will create; empty for none."""
        keys = (key for key, one in self._by_key.items() if owner and one.owner == owner)
        return next(keys, '')

    def on(self, node: str) -> dict[str, tuple[Reservation, str]]:
        """Return the reservations that have a node, and the requested unit of each."""
        return {
            key: (one, self._hosts.wanted.get(one.app.name, ''))
            for key, one in self._by_key.items()
            if node in one.places
        }

    def restore(
        self,
        node: str,
        promised: Mapping[str, tuple[Reservation, str]],
        units: Collection[str],
    ) -> None:
        """
        Give a node that was described anew back to those reservations that can still be served.

        :param promised: what ``on`` returned before the node was dropped
        :param units: names of its units now
        """
        for key, (one, unit) in promised.items():
            option = one.places[node]
            if all(demand.unit in units for demand in option):
                left = self._by_key.get(key)
                places = {**({} if left is None else left.places), node: option}
                self.add(key, replace(one, places=places), unit)

    def leave(self, node: str) -> None:
        """Remove one node from all reservations."""
        for key in [key for key, one in self._by_key.items() if node in one.places]:
            one = self._by_key[key]
            unit = self._hosts.wanted.get(one.app.name, '')
            places = {name: option for name, option in one.places.items() if name != node}
            self.release(key)
            if places:
                self.add(key, replace(one, places=places), unit)
