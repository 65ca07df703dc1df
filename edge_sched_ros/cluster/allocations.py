# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Allocations: nodes, pods bound to them, and headroom that is reserved but not yet used.

Time is a parameter, in seconds. A pod that passed a filter has a *reservation*: on every feasible
node until the scheduler requests scores, then on the node with the best score. Reserved headroom
counts as used. A reservation ends when the pod is seen bound or deleted, or when its time is over
and the API server has sent data after that, so that headroom is never given away twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from collections.abc import Mapping
from types import MappingProxyType

from edge_sched_ros.capacity.placement.node import Hosted
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.claims import Claims
from edge_sched_ros.cluster.hosts import Hosts
from edge_sched_ros.cluster.node_costs import description_of
from edge_sched_ros.cluster.nominations import Nominations
from edge_sched_ros.cluster.records import Node
from edge_sched_ros.cluster.records import Pod
from edge_sched_ros.cluster.reservations import Reservations
from edge_sched_ros.core.errors import ConfigError

_log = logging.getLogger(__name__)


class Allocations:
    """
    Nodes, pods and reservations.

    :param types: types of nodes, and costs of networks
    :param reserve_s: minimum time of a reservation
    """

    def __init__(self, types: Problem, reserve_s: float) -> None:
        self.types = types
        self.reserve_s = reserve_s
        self.hosts = Hosts(types)
        self.nodes: dict[str, Node] = {}
        #: node -> why the model cannot use it
        self.unusable: dict[str, str] = {}
        #: bound pods with a declaration, by uid
        self.pods: dict[str, Pod] = {}
        self.claims = Claims()
        self.reservations = Reservations(self.hosts)
        self._nominations = Nominations(self.hosts, self.reservations)
        #: node -> those of its type's units that were claimed when it was described
        self._claimed: dict[str, frozenset[str]] = {}
        #: number of pods that the scheduler bound to a node without their reservation
        self.deviations = 0

    def note_node(self, node: Node) -> None:
        """Add or update a node."""
        known = self.nodes.get(node.name)
        self.nodes[node.name] = node
        _warn(f'node {node.name}: annotation {names.NODE_OBSERVED}', node, known)
        if known is not None and (known.type, known.profiles) == (node.type, node.profiles):
            return
        self._describe(node)

    def _describe(self, node: Node) -> None:
        """Add a node to the cluster's state, anew if it is there."""
        promised = self.reservations.on(node.name)
        known = self.hosts.nodes.get(node.name)
        self._drop_node(node.name)
        self._claimed[node.name] = self._claimed_of(node)
        try:
            spec, system = description_of(node, self.types, self._claimed[node.name])
        except ConfigError as error:
            self.unusable[node.name] = str(error)
            # a node without a type is not meant for the model
            level = logging.WARNING if node.type else logging.INFO
            _log.log(level, 'node %s takes no applications: %s', node.name, error)
            return
        self.hosts.add(node.name, spec, system)
        self.reservations.restore(node.name, promised, spec.units)
        before = {} if known is None else known.hosted
        for pod in self.pods.values():
            if pod.node == node.name:
                self._settle(pod, before)
        self.hosts.keep_order(node.name, before)

    def _claimed_of(self, node: Node) -> frozenset[str]:
        """Return the claimed units of a node that the model knows."""
        type_ = self.types.nodes.get(node.type)
        claimed = self.claims.units_of(node.name)
        return frozenset() if type_ is None else claimed & type_.units.keys()

    def forget_node(self, name: str) -> None:
        """Remove a node; its pods are kept until they are removed, too."""
        if self.nodes.pop(name, None) is not None:
            self._drop_node(name)

    def describe(self, names: Iterable[str]) -> None:
        """Describe nodes anew whose claimed units have changed, as far as the model has them."""
        for name in names:
            node = self.nodes.get(name)
            if node is not None and self._claimed_of(node) != self._claimed[name]:
                self._describe(node)

    def note_pod(self, pod: Pod) -> None:
        """Add or update a pod."""
        if pod.over:
            self.forget_pod(pod.uid)
            return
        if not pod.asks:
            return
        if not pod.node:
            self._nominations.note(pod)
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
        """Remove a pod."""
        self.reservations.release(uid)
        known = self.pods.pop(uid, None)
        if known is not None and known.app is not None:
            self.hosts.discard(known.app)

    def replace_nodes(self, nodes: Iterable[Node]) -> None:
        """Replace all nodes by a list."""
        listed = {node.name: node for node in nodes}
        for name in self.nodes.keys() - listed.keys():
            self.forget_node(name)
        for node in listed.values():
            self.note_node(node)

    def replace_pods(self, pods: Iterable[Pod]) -> None:
        """Replace all pods by a list; reservations stay, as the list may be older."""
        listed = {pod.uid: pod for pod in pods}
        for uid in self.pods.keys() - listed.keys():
            self.forget_pod(uid)
        for pod in listed.values():
            self.note_pod(pod)

    def view(self, wanted: Iterable[str]) -> Hosts:
        """
        Return these nodes with all their reservations, firm or not, for queries.

        In order of names, so that the first of equal nodes is chosen consistently.
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

    def bound(self, app: str) -> Pod | None:
        """Return the bound pod of a hosted application; ``None`` for a reservation."""
        pod = self.pods.get(app.rpartition('~')[2])
        return pod if pod is not None and pod.app is not None and pod.app.name == app else None

    def _settle(self, pod: Pod, before: Mapping[str, Hosted] = MappingProxyType({})) -> None:
        """
        Add a bound pod to the cluster's state, if the model can serve it there.

        :param before: what its node hosted before it was described anew
        """
        if pod.app is not None and pod.node in self.hosts.nodes:
            self.hosts.settle(pod.app, pod.node, pod.unit, before.get(pod.app.name))

    def _drop_node(self, name: str) -> None:
        self.unusable.pop(name, None)
        self._claimed.pop(name, None)
        if name in self.hosts.nodes:
            self.reservations.leave(name)
            self.hosts.drop(name)


def _warn(where: str, new: Pod | Node, known: Pod | Node | None) -> None:
    """Log a problem with observed responses, once until it changes."""
    before = '' if known is None else known.observed_problem
    if new.observed_problem not in ('', before):
        _log.warning('%s: %s', where, new.observed_problem)
