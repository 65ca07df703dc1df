# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pods and deployments that ask for something, and what the placement model says of them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from capacity_systems import problem_of
from kubernetes import client
from placements import COSTS
from placements import DEVICES

from edge_sched_ros.capacity.placement.algorithms.base import Choice
from edge_sched_ros.capacity.placement.algorithms.base import Rejection
from edge_sched_ros.capacity.placement.feasibility import broken
from edge_sched_ros.capacity.placement.registry import make_algorithm
from edge_sched_ros.capacity.placement.state import ClusterState
from edge_sched_ros.capacity.placement.verdict import late_apps

NAMESPACE = 'default'
#: the profile of config/kubernetes
SCHEDULER = 'edge-sched'
#: key of a task -> annotation of a pod
ANNOTATIONS = {
    'network': 'edge-sched.io/network',
    'rate_per_s': 'edge-sched.io/rate-per-s',
    'deadline_ms': 'edge-sched.io/latency-ms',
    'preprocess': 'edge-sched.io/preprocess',
}
OBSERVED = 'edge-sched.io/observed-ms'

#: types of nodes, as the server's file has them
TYPES: dict[str, Any] = {
    'devices': {
        name: {key: value for key, value in device.items() if key != 'count'}
        for name, device in DEVICES.items()
    },
    'costs': COSTS,
}

_CONTAINER = {'name': 'app', 'image': 'never-pulled'}


def said_of(app: Mapping[str, Any]) -> dict[str, str]:
    """Return what a pod says that asks for an application."""
    return {ANNOTATIONS[key]: f'{value}' for key, value in app.items()}


def create_pod(
    core: client.CoreV1Api,
    name: str,
    app: Mapping[str, Any] | None,
    resources: Mapping[str, str],
    priority: str = '',
) -> None:
    """
    Create a pod; without an application it asks the model for nothing.

    :param priority: name of its PriorityClass; empty for none
    """
    meta = {'name': name, 'annotations': said_of(app) if app else {}}
    container = {**_CONTAINER, 'resources': {'limits': dict(resources)}}
    spec: dict[str, Any] = {'schedulerName': SCHEDULER, 'containers': [container]}
    if priority:
        spec['priorityClassName'] = priority
    core.create_namespaced_pod(NAMESPACE, {'metadata': meta, 'spec': spec})


def create_deployment(
    apps: client.AppsV1Api, name: str, app: Mapping[str, Any] | None, cpu: str = '0'
) -> None:
    """Create a deployment of one pod, labelled ``app`` with its name."""
    container = {**_CONTAINER, 'resources': {'requests': {'cpu': cpu}}}
    template = {
        'metadata': {'labels': {'app': name}, 'annotations': said_of(app) if app else {}},
        'spec': {'schedulerName': SCHEDULER, 'containers': [container]},
    }
    spec = {'replicas': 1, 'selector': {'matchLabels': {'app': name}}, 'template': template}
    apps.create_namespaced_deployment(NAMESPACE, {'metadata': {'name': name}, 'spec': spec})


class Model:
    """
    The placement model of its own, fed with what really happened.

    :param nodes: name -> type
    :param apps: name -> application as a system file has it; all there will be
    """

    def __init__(
        self, nodes: Mapping[str, str], apps: Mapping[str, Mapping[str, Any]], algorithm: str
    ) -> None:
        used = {type_: TYPES['devices'][type_] for type_ in nodes.values()}
        problem = problem_of({**TYPES, 'devices': used, 'tasks': dict(apps)}, 'test')
        specs = {name: problem.nodes[nodes[name]] for name in sorted(nodes)}
        self.state = ClusterState(replace(problem, nodes=specs))
        self._apps = {app.name: app for app in problem.apps}
        self._algorithm = make_algorithm(algorithm)

    def answer(self, name: str) -> Choice | Rejection:
        """Return where an application should go now, or why nowhere."""
        return self._algorithm.choose(self.state, self._apps[name])

    def host(self, name: str, choice: Choice, node: str = '') -> None:
        """
        Take it that it went where the choice says.

        :param node: another one that is alike
        """
        self.state.host(self._apps[name], node or choice.node, choice.option)

    def alike(self, one: str, other: str) -> bool:
        """Return whether two nodes are of a type and host the same, so that either will do."""
        nodes = [self.state.nodes[name] for name in (one, other)]
        loads = [
            sorted(hosted.app.task.model_dump_json() for hosted in node.hosted.values())
            for node in nodes
        ]
        return nodes[0].spec is nodes[1].spec and loads[0] == loads[1]

    def place(self, names: Iterable[str]) -> dict[str, str]:
        """Return where applications go, one after the other, as long as they fit."""
        for name in names:
            found = self.answer(name)
            if isinstance(found, Choice):
                self.host(name, found)
        return dict(self.state.where)

    def put(self, where: Mapping[str, str]) -> list[str]:
        """Take it that applications are on these nodes; return all that is broken by that."""
        for name, node in where.items():
            others = [other for other in self.state.nodes if other != node]
            found = self._algorithm.choose(self.state, self._apps[name], without=others)
            if isinstance(found, Rejection):
                return [f'{name} on {node}: {found.reason}']
            self.host(name, found)
        late = late_apps(self.state).values()
        return [
            *filter(None, (broken(n, self.state.limits) for n in self.state.nodes.values())),
            *late,
        ]
