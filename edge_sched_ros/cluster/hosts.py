# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The nodes of the placement model, as a cluster that comes and goes has them."""

from __future__ import annotations

import json
from collections.abc import Collection
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from pydantic import TypeAdapter
from pydantic import ValidationError

from edge_sched_ros.capacity.cluster_file import WORDS
from edge_sched_ros.capacity.cost_keys import check_cost_keys
from edge_sched_ros.capacity.placement.feasibility import Refusal
from edge_sched_ros.capacity.placement.feasibility import refusal
from edge_sched_ros.capacity.placement.node import Hosted
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Networks
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.problem import options
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.capacity.placement.schema import AppSpec
from edge_sched_ros.capacity.placement.schema import NodeSpec
from edge_sched_ros.capacity.placement.state import ClusterState
from edge_sched_ros.capacity.schema import ServiceCost
from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.records import Node
from edge_sched_ros.cluster.types_file import Types
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.names import Named
from edge_sched_ros.documents.validation_text import plain_key
from edge_sched_ros.documents.validation_text import plain_problem

#: what a pod asks for, and the unit it wants
_Wish = tuple[AppSpec, str]
_Answers = list[Refusal | None]
#: of different pods, by node
_MOST_ANSWERS = 64
_COSTS = TypeAdapter(dict[Named, dict[Named, ServiceCost]])


class Hosts(ClusterState):
    """
    A cluster's state whose nodes change, may have costs of their own, and whose apps want units.

    :param types: of nodes, and the costs that hold where a node says nothing
    """

    def __init__(self, types: Types) -> None:
        super().__init__(Problem((), {}, types.networks, types.limits))
        #: application -> name, type or kind of the unit its network shall run on
        self.wanted: dict[str, str] = {}
        #: identity of a spec -> costs on nodes with it
        self._costs: dict[int, Networks] = {}
        #: what nodes have answered since they last changed: replicas ask the same again and again
        self._answers: WeakKeyDictionary[NodeState, dict[_Wish, tuple[str, _Answers]]] = (
            WeakKeyDictionary()
        )

    def options(self, app: App) -> dict[int, list[Option]]:
        """Return the ways to serve an application by the identity of a node's spec."""
        specs = {id(node.spec): node.spec for node in self.nodes.values()}
        return {key: self.ways(spec, app) for key, spec in specs.items()}

    def ways(self, spec: NodeSpec, app: App) -> list[Option]:
        """Return the ways to serve an application on nodes with a spec."""
        found = options(self._costs.get(id(spec), self.networks), spec, app)
        wanted = self.wanted.get(app.name, '')
        if not wanted:
            return found
        return [way for way in found if wanted in _words(spec, way)]

    def host(self, app: App, node: str, option: Option) -> None:
        """Put an application on a node, whose earlier answers no longer count."""
        super().host(app, node, option)
        self._answers.pop(self.nodes[node], None)

    def remove(self, name: str) -> Hosted:
        """Take an application from its node, whose earlier answers no longer count."""
        self._answers.pop(self.nodes[self.where[name]], None)
        return super().remove(name)

    def ask(self, node: NodeState, app: App, ways: Sequence[Option]) -> _Answers:
        """Return for every way why a node cannot take an application, ``None`` where it can."""
        wish = (app.spec, self.wanted.get(app.name, ''))
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

    def add(self, name: str, spec: NodeSpec, costs: Networks | None) -> None:
        """Add a node that hosts nothing; in order of names, which decides between equal ones."""
        self.nodes[name] = NodeState(name, spec, self.limits.memory_share)
        if costs is not None:
            self._costs[id(spec)] = costs
        if name != max(self.nodes):
            self.nodes = dict(sorted(self.nodes.items()))

    def drop(self, name: str) -> None:
        """Remove a node; what it hosted is nowhere."""
        gone = self.nodes.pop(name)
        self._costs.pop(id(gone.spec), None)
        for app in gone.hosted:
            del self.where[app]

    def among(self, nodes: dict[str, NodeState]) -> Hosts:
        """Return a cluster of other nodes, with the same costs and wishes, to ask questions of."""
        other = Hosts.__new__(Hosts)
        other.networks, other.limits, other.nodes = self.networks, self.limits, nodes
        other.where, other.wanted, other._costs = self.where, self.wanted, self._costs
        other._answers = self._answers
        return other

    def hopeless(self, spec: NodeSpec, app: App) -> bool:
        """Return whether even an empty node with a spec could not serve an application."""
        empty = NodeState('', spec, self.limits.memory_share)
        ways = self.ways(spec, app)
        return all(refusal(empty, app, way, self.limits) is not None for way in ways)


def spec_of(node: Node, types: Types) -> tuple[NodeSpec, Networks | None]:
    """
    Return what a node is, and its own costs of networks, ``None`` where it has none.

    :raises ConfigError: naming the annotation, where it does not say or says what is not known
    """
    if not node.type:
        raise ConfigError(f'annotation {names.TYPE}', 'is missing, or empty')
    spec = types.devices.get(node.type)
    if spec is None:
        known = ', '.join(types.devices)
        raise ConfigError(f'annotation {names.TYPE}', f"is '{node.type}' (known are {known})")
    if not node.profiles:
        return spec, None
    # a spec of its own: costs go by its identity
    own = _read_profiles(node.profiles)
    check_cost_keys(own, [spec], f'annotation {names.PROFILES} of {node.name}')
    return spec.model_copy(), _merged(own, types.networks)


def read_costs(data: Any, where: str) -> Networks:
    """
    Return costs of networks as a placement file has them.

    :param where: they stand, for messages
    :raises ConfigError: naming the key
    """
    try:
        return _COSTS.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = plain_key(first)
        raise ConfigError(
            f'{where}.{key}' if key else where, plain_problem(first, WORDS)
        ) from None


def _read_profiles(text: str) -> Networks:
    where = f'annotation {names.PROFILES}'
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(where, f'is not JSON: {str(error)[:100]}') from None
    return read_costs(data, where)


def _merged(own: Networks, networks: Networks) -> Networks:
    merged: dict[str, Any] = {name: dict(costs) for name, costs in networks.items()}
    for name, costs in own.items():
        merged[name] = {**merged.get(name, {}), **costs}
    return merged


def _words(spec: NodeSpec, way: Option) -> Collection[str]:
    unit = way[-1].unit
    return (unit, spec.units[unit].type, spec.units[unit].kind)
