# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pods and nodes, with the fields used here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.capacity.placement.problem import App


@dataclass(frozen=True, slots=True)
class Pod:
    """
    A pod.

    :param name: ``NAMESPACE/NAME``
    :param node: the node it is bound to; empty while it is pending
    :param app: its declaration; ``None`` without a valid one
    :param problem: why the declaration cannot be used
    :param unit: name, type or kind of the requested unit; empty: any
    :param owner: uid of its controller; empty for a pod that no controller would recreate
    :param ending: whether it is being deleted
    :param observed_problem: why its observed response cannot be used; empty if it can
    :param priority: of its PriorityClass
    :param nominated: node on which the scheduler makes room for it by preemption; empty for none
    :param group: its group, with its namespace, whose pods are bound together; empty for none
    """

    uid: str
    name: str
    node: str = ''
    app: App | None = None
    problem: str = ''
    unit: str = ''
    owner: str = ''
    owner_kind: str = ''
    ending: bool = False
    over: bool = False
    observed_ms: float | None = None
    observed_problem: str = ''
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: tuple[Mapping[str, Any], ...] = ()
    priority: int = 0
    nominated: str = ''
    group: str = ''

    @property
    def asks(self) -> bool:
        """Whether it has a declaration, valid or not."""
        return self.app is not None or bool(self.problem)


@dataclass(frozen=True, slots=True)
class Node:
    """
    A node.

    :param type: a key of the file's ``devices``; empty without one
    :param profiles: its published costs of networks, as JSON; empty for none
    :param observed: pod (``NAMESPACE/NAME``) -> ms
    :param observed_problem: what of it cannot be used; empty for nothing
    :param stamp: of ``observed``, which changes whenever its agent publishes; empty for none
    """

    name: str
    type: str = ''
    profiles: str = ''
    observed: Mapping[str, float] = field(default_factory=dict)
    observed_problem: str = ''
    stamp: str = ''
    ready: bool = True
    unschedulable: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Mapping[str, Any], ...] = ()
