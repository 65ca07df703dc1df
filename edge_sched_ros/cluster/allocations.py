# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Who is where: nodes, pods bound to them, and headroom that is reserved but not yet taken.

Time is a parameter, in seconds. A pod that was let through a filter has a *reservation*: on every
node it may go to while the scheduler has not asked for scores, then on the one that scored best.
What is reserved counts as taken. A reservation ends when the pod is seen bound or gone; else when
its time is over and the API server has been heard after that, so that what nobody can see is never
given twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from edge_sched_ros.capacity.placement.feasibility import refusal
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.hosts import Hosts
from edge_sched_ros.cluster.node_costs import description_of
from edge_sched_ros.cluster.records import Node
from edge_sched_ros.cluster.records import Pod
from edge_sched_ros.cluster.reservations import Reservations
from edge_sched_ros.core.errors import ConfigError

_log = logging.getLogger(__name__)


class Allocations:
    """
    Nodes, pods and reservations.

    :param types: of nodes, and costs of networks
    :param reserve_s: how long a reservation lasts at least
    """

    def __init__(self, types: Problem, reserve_s: float) -> None:
        self.types = types
        self.reserve_s = reserve_s
        self.hosts = Hosts(types)
        self.nodes: dict[str, Node] = {}
        #: node -> why the model knows nothing of it
        self.unusable: dict[str, str] = {}
        #: bound pods that ask for something, by uid
        self.pods: dict[str, Pod] = {}
        self.reservations = Reservations(self.hosts)
        #: pods that the scheduler put elsewhere than where they had a reservation
        self.deviations = 0

    def note_node(self, node: Node) -> None:
        """Take a node, new or changed."""
        known = self.nodes.get(node.name)
        self.nodes[node.name] = node
        _warn(f'node {node.name}: annotation {names.NODE_OBSERVED}', node, known)
        if known is not None and (known.type, known.profiles) == (node.type, node.profiles):
            return
        self._drop_node(node.name)
        try:
            spec, system = description_of(node, self.types)
        except ConfigError as error:
            self.unusable[node.name] = str(error)
            # a node that says nothing was not meant to be one
            level = logging.WARNING if node.type else logging.INFO
            _log.log(level, 'node %s takes no applications: %s', node.name, error)
            return
        self.hosts.add(node.name, spec, system)
        for pod in self.pods.values():
            if pod.node == node.name:
                self._settle(pod)

    def forget_node(self, name: str) -> None:
        """Take it that a node is gone; its pods are remembered until they are gone as well."""
        if self.nodes.pop(name, None) is not None:
            self._drop_node(name)

    def note_pod(self, pod: Pod) -> None:
        """Take a pod, new or changed."""
        if pod.over:
            self.forget_pod(pod.uid)
            return
        if not pod.node or not pod.asks:
            return
        known = self.pods.get(pod.uid)
        self.pods[pod.uid] = pod
        _warn(f'{pod.name}: annotation {names.OBSERVED}', pod, known)
        if known is not None and (known.app, known.unit) == (pod.app, pod.unit):
            return
        if self.reservations.redeem(pod.uid, pod.node):
            return
        reserved = self.reservations.get(pod.uid)
        self.deviations += reserved is not None and pod.node not in reserved.places
        self.reservations.release(pod.uid)
        if known is not None and known.app is not None:
            self.hosts.discard(known.app)
        self._settle(pod)

    def forget_pod(self, uid: str) -> None:
        """Take it that a pod is gone."""
        self.reservations.release(uid)
        known = self.pods.pop(uid, None)
        if known is not None and known.app is not None:
            self.hosts.discard(known.app)

    def replace_nodes(self, nodes: Iterable[Node]) -> None:
        """Take a whole list."""
        listed = {node.name: node for node in nodes}
        for name in self.nodes.keys() - listed.keys():
            self.forget_node(name)
        for node in listed.values():
            self.note_node(node)

    def replace_pods(self, pods: Iterable[Pod]) -> None:
        """Take a whole list; reservations stay, as a list may be older than they are."""
        listed = {pod.uid: pod for pod in pods}
        for uid in self.pods.keys() - listed.keys():
            self.forget_pod(uid)
        for pod in listed.values():
            self.note_pod(pod)

    def view(self, wanted: Iterable[str]) -> Hosts:
        """
        Return these nodes with all that is reserved there, firm or not, to ask questions of.

        In order of their names, so that between equal nodes the first is taken, whoever asks.
        """
        known = self.hosts.nodes
        nodes = {name: known[name] for name in sorted(wanted) if name in known}
        for reserved in self.reservations:
            if reserved.firm:
                continue
            for name in reserved.places.keys() & nodes.keys():
                if nodes[name] is known[name]:
                    nodes[name] = known[name].copy()
                nodes[name].host(reserved.app, reserved.places[name])
        return self.hosts.among(nodes)

    def _settle(self, pod: Pod) -> None:
        """Put a bound pod into the cluster's state, where the model knows how it is served."""
        node = self.hosts.nodes.get(pod.node)
        if pod.app is None or node is None:
            return
        if pod.unit:
            self.hosts.wanted[pod.app.name] = pod.unit
        ways = self.hosts.ways(node.spec, pod.app)
        if ways:
            self.hosts.host(pod.app, pod.node, self._best(node, pod.app, ways))

    def _best(self, node: NodeState, app: App, ways: list[Option]) -> Option:
        """Return a way that keeps all objectives, else the one that asks least of a unit."""
        limits = self.hosts.limits
        return min(ways, key=lambda way: (refusal(node, app, way, limits) is not None, _work(way)))

    def _drop_node(self, name: str) -> None:
        self.unusable.pop(name, None)
        if name in self.hosts.nodes:
            self.reservations.leave(name)
            self.hosts.drop(name)


def _work(way: Option) -> float:
    return sum(demand.rate_per_ms * demand.service_ms for demand in way)


def _warn(where: str, new: Pod | Node, known: Pod | Node | None) -> None:
    """Log what is wrong with observed responses, once until it is another problem."""
    before = '' if known is None else known.observed_problem
    if new.observed_problem not in ('', before):
        _log.warning('%s: %s', where, new.observed_problem)
