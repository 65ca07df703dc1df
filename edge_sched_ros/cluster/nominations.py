# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Room for pods on the nodes where the scheduler evicts others for them."""

from __future__ import annotations

import math

from edge_sched_ros.cluster.hosts import Hosts
from edge_sched_ros.cluster.records import Pod
from edge_sched_ros.cluster.reservations import Reservation
from edge_sched_ros.cluster.reservations import Reservations


class Nominations:
    """
    Reserves room for pending pods with a nominated node, as long as they have it.

    :param hosts: the cluster's state
    """

    def __init__(self, hosts: Hosts, reservations: Reservations) -> None:
        self._hosts, self._reservations = hosts, reservations

    def note(self, pod: Pod) -> None:
        """Take a pending pod as it is now."""
        known = self._reservations.get(pod.uid)
        if known is not None and known.nominated and pod.nominated not in known.places:
            self._reservations.release(pod.uid)
            known = None
        if known is None and pod.nominated and not pod.ending:
            self._hold(pod)

    def _hold(self, pod: Pod) -> None:
        """Reserve room; it may exceed the node until the evicted pods are gone."""
        node = self._hosts.nodes.get(pod.nominated)
        if pod.app is None or node is None:
            return
        if pod.unit:
            self._hosts.wanted[pod.app.name] = pod.unit
        ways = self._hosts.ways(node.spec, pod.app)
        if ways:
            places = {pod.nominated: self._hosts.best(node, pod.app, ways)}
            held = Reservation(pod.app, places, math.inf, nominated=True)
            self._reservations.add(pod.uid, held, pod.unit)
