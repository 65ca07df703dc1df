# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Headroom that is promised to pods and not yet taken."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.cluster.hosts import Hosts


@dataclass(slots=True)
class Reservation:
    """
    Headroom promised to a pod.

    :param places: node -> how it would be served there
    :param until: seconds
    :param owner: of the pod that is to come, for one whose name is not known yet
    """

    app: App
    places: Mapping[str, Option]
    until: float
    owner: str = ''

    @property
    def firm(self) -> bool:
        """Whether the node is settled; then the cluster's state has it."""
        return len(self.places) == 1


class Reservations:
    """
    All reservations by key: the uid of a pod, or of an owner's pod to come.

    :param hosts: the cluster's state, which has what is firm
    """

    def __init__(self, hosts: Hosts) -> None:
        self._hosts = hosts
        self._by_key: dict[str, Reservation] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Reservation]:
        return iter(self._by_key.values())

    def get(self, key: str) -> Reservation | None:
        """Return a reservation, ``None`` where there is none."""
        return self._by_key.get(key)

    def add(self, key: str, reservation: Reservation, unit: str = '') -> None:
        """
        Promise headroom; whatever the key had before is released.

        :param unit: that the application wants; empty: any
        """
        self.release(key)
        self._by_key[key] = reservation
        if unit:
            self._hosts.wanted[reservation.app.name] = unit
        if reservation.firm:
            ((node, option),) = reservation.places.items()
            self._hosts.host(reservation.app, node, option)

    def release(self, key: str) -> None:
        """Take a promise back."""
        reservation = self._by_key.pop(key, None)
        if reservation is not None:
            self._hosts.discard(reservation.app)

    def redeem(self, key: str, node: str) -> bool:
        """Return whether a pod that is bound to a node had it for sure: what it has it keeps."""
        reservation = self._by_key.get(key)
        if reservation is None or not reservation.firm or node not in reservation.places:
            return False
        del self._by_key[key]
        return True

    def expire(self, heard: float) -> None:
        """
        End what is over.

        :param heard: seconds; until when all is known of who is bound where
        """
        for key in [key for key, one in self._by_key.items() if one.until <= heard]:
            self.release(key)

    def key_for(self, owner: str) -> str:
        """Return the key for the pod that an owner will make; empty for none."""
        keys = (key for key, one in self._by_key.items() if owner and one.owner == owner)
        return next(keys, '')

    def leave(self, node: str) -> None:
        """Take one node out of all reservations."""
        for key in [key for key, one in self._by_key.items() if node in one.places]:
            one = self._by_key[key]
            unit = self._hosts.wanted.get(one.app.name, '')
            places = {name: option for name, option in one.places.items() if name != node}
            self.release(key)
            if places:
                self.add(key, Reservation(one.app, places, one.until, one.owner), unit)
