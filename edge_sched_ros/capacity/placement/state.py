# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The state of a whole cluster: its nodes, and the place of every application."""

from __future__ import annotations

from edge_sched_ros.capacity.placement.node import Hosted
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.problem import options
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import InvariantError


class ClusterState:
    """
    Nodes and their applications; empty at first.

    :param problem: has the nodes, costs and limits
    """

    def __init__(self, problem: Problem) -> None:
        self.system = problem.system
        self.limits = problem.limits
        self.nodes = {
            name: NodeState(name, spec, problem.limits.memory_share)
            for name, spec in problem.nodes.items()
        }
        #: application -> node
        self.where: dict[str, str] = {}

    def options(self, app: App) -> dict[int, list[Option]]:
        """Return the ways to serve an application, by the identity of a node's spec."""
        specs = {id(node.spec): node.spec for node in self.nodes.values()}
        return {key: options(self.system, spec, app) for key, spec in specs.items()}

    def host(self, app: App, node: str, option: Option) -> None:
        """
        Put an application on a node.

        :raises ConfigError: when it is already placed
        """
        if app.name in self.where:
            raise ConfigError(f'tasks.{app.name}', f'is already on {self.where[app.name]}')
        self.nodes[node].host(app, option)
        self.where[app.name] = node

    def remove(self, name: str) -> Hosted:
        """
        Remove an application from its node.

        :raises ConfigError: when it is not placed
        """
        if name not in self.where:
            raise ConfigError(f'tasks.{name}', 'is not placed')
        return self.nodes[self.where.pop(name)].remove(name)

    def hosted(self, name: str) -> Hosted:
        """Return a placed application."""
        return self.nodes[self.where[name]].hosted[name]

    def validate(self) -> None:
        """
        Check that the records of nodes and applications agree.

        :raises InvariantError: when they do not
        """
        hosts = {name: node.name for node in self.nodes.values() for name in node.hosted}
        if hosts != self.where:
            raise InvariantError(f'nodes host {hosts}, expected {self.where}')
        for node in self.nodes.values():
            node.validate()
