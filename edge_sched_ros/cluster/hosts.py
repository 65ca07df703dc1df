# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The nodes of the placement model in a cluster whose nodes change."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import replace
from weakref import WeakKeyDictionary

from edge_sched_ros.capacity.placement.feasibility import Refusal
from edge_sched_ros.capacity.placement.feasibility import refusal
from edge_sched_ros.capacity.placement.node import Hosted
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.problem import options
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.capacity.placement.state import ClusterState
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Task

#: network, rate and requested unit of a pod
_Wish = tuple[Task, float, str]
_Answers = list[Refusal | None]
#: the same for different pods, by node
_MOST_ANSWERS = 64


class Hosts(ClusterState):
    """
    A cluster's state whose nodes change and may have own costs, and whose apps may request units.

    :param types: types of nodes, and costs for nodes without their own
    """

    def __init__(self, types: Problem) -> None:
        super().__init__(replace(types, apps=(), nodes={}))
        #: application -> name, type or kind of the unit for its network
        self.wanted: dict[str, str] = {}
        #: identity of a spec -> costs of networks on nodes with it
        self._systems: dict[int, SystemFile] = {}
        #: results of nodes since their last change: replicas repeat the same query
        self._answers: WeakKeyDictionary[NodeState, dict[_Wish, tuple[str, _Answers]]] = (
            WeakKeyDictionary()
        )

    def options(self, app: App) -> dict[int, list[Option]]:
        """Return the ways to serve an application, by the identity of a node's spec."""
        specs = {id(node.spec): node.spec for node in self.nodes.values()}
        return {key: self.ways(spec, app) for key, spec in specs.items()}

    def ways(self, spec: Device, app: App) -> list[Option]:
        """Return the ways to serve an application on nodes with a spec."""
        found = options(self._systems.get(id(spec), self.system), spec, app)
        wanted = self.wanted.get(app.name, '')
        if not wanted:
            return found
        return [way for way in found if wanted in _words(spec, way)]

    def host(self, app: App, node: str, option: Option) -> None:
        """Put an application on a node, and discard the node's cached results."""
        super().host(app, node, option)
        self._answers.pop(self.nodes[node], None)

    def remove(self, name: str) -> Hosted:
        """Remove an application from its node, and discard the node's cached results."""
        self._answers.pop(self.nodes[self.where[name]], None)
        return super().remove(name)

    def ask(self, node: NodeState, app: App, ways: Sequence[Option]) -> _Answers:
        """Return for every way why a node cannot take an application, ``None`` when it can."""
        wish = (app.task, app.rate_per_s, self.wanted.get(app.name, ''))
        known = self._answers.setdefault(node, {})
        if wish not in known:
            if len(known) >= _MOST_ANSWERS:
                known.clear()
            known[wish] = app.name, [refusal(node, app, way, self.limits) for way in ways]
        asked_by, answers = known[wish]
        return [
            None if one is None else Refusal(one.kind, one.text.replace(asked_by, app.name))
            for one in answers
        ]

    def best(self, node: NodeState, app: App, ways: Sequence[Option]) -> Option:
        """Return a way that meets all objectives, else the one with the least load on a unit."""
        return min(
            ways, key=lambda way: (refusal(node, app, way, self.limits) is not None, _work(way))
        )

    def settle(self, app: App, node: str, unit: str, before: Hosted | None) -> None:
        """
        Put an application where it runs, whether or not it is served in time there.

        :param unit: that it requests; empty: any
        :param before: how it was served there until now, which goes on while it can be
        """
        if unit:
            self.wanted[app.name] = unit
        ways = self.ways(self.nodes[node].spec, app)
        if before is not None and before.option in ways:
            self.host(app, node, before.option)
        elif ways:
            self.host(app, node, self.best(self.nodes[node], app, ways))

    def discard(self, app: App) -> None:
        """Remove an application, if it is placed, and its requested unit."""
        if app.name in self.where:
            self.remove(app.name)
        self.wanted.pop(app.name, None)

    def add(self, name: str, spec: Device, system: SystemFile | None) -> None:
        """
        Add an empty node; nodes are in order of names, which decides between equal ones.

        :param system: system with the node's own costs; ``None`` for those of its type
        """
        self.nodes[name] = NodeState(name, spec, self.limits.memory_share)
        if system is not None:
            self._systems[id(spec)] = system
        if name != max(self.nodes):
            self.nodes = dict(sorted(self.nodes.items()))

    def drop(self, name: str) -> None:
        """Remove a node; its applications are no longer placed."""
        gone = self.nodes.pop(name)
        self._systems.pop(id(gone.spec), None)
        for app in gone.hosted:
            del self.where[app]

    def keep_order(self, name: str, before: Iterable[str]) -> None:
        """
        Put the applications of a node that was described anew in their order before.

        The load of a unit is a sum, and its last digit depends on the order: nodes that were
        equally busy before should stay so, as the first of equal nodes is chosen.
        """
        node = self.nodes[name]
        place = {app: index for index, app in enumerate(before)}
        # stable: new ones stay behind, in their order
        for app in sorted(node.hosted, key=lambda app: place.get(app, len(place))):
            gone = self.remove(app)
            self.host(gone.app, name, gone.option)

    def among(self, nodes: dict[str, NodeState]) -> Hosts:
        """Return a cluster of other nodes with the same costs and requested units, for queries."""
        other = Hosts.__new__(Hosts)
        other.system, other.limits, other.nodes = self.system, self.limits, nodes
        other.where, other.wanted, other._systems = self.where, self.wanted, self._systems
        other._answers = self._answers
        return other

    def hopeless(self, spec: Device, app: App) -> bool:
        """Return whether even an empty node with a spec could not serve an application."""
        empty = NodeState('', spec, self.limits.memory_share)
        ways = self.ways(spec, app)
        return all(refusal(empty, app, way, self.limits) is not None for way in ways)


def _work(way: Option) -> float:
    return sum(demand.rate_per_ms * demand.service_ms for demand in way)


def _words(spec: Device, way: Option) -> Collection[str]:
    unit = way[-1].unit
    return (unit, spec.units[unit].type, spec.units[unit].kind)
