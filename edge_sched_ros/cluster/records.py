# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pods and nodes, with the fields used here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import TypeVar

from edge_sched_ros.capacity.placement.placement_file import check_app
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.declaration import annotation_of
from edge_sched_ros.cluster.declaration import declared
from edge_sched_ros.cluster.declaration import observed_ms
from edge_sched_ros.cluster.groups import group_of
from edge_sched_ros.cluster.observed import read_times_ms
from edge_sched_ros.core.errors import ConfigError

_T = TypeVar('_T')
_log = logging.getLogger(__name__)
_OVER = ('Succeeded', 'Failed')


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


def read_pod(raw: Mapping[str, Any], types: Problem) -> Pod:
    """
    Return a pod from the API's JSON.

    :raises ConfigError: when it is not a pod; an invalid declaration becomes a ``problem``
    """
    meta, spec = _part(raw, 'metadata', 'Pod'), _part(raw, 'spec', 'Pod', needed=False)
    name, uid = _text(meta, 'name', 'Pod'), _text(meta, 'uid', 'Pod')
    full = f'{meta.get("namespace") or "default"}/{name}'
    annotations = _part(meta, 'annotations', 'Pod.metadata', needed=False)
    app, problem, unit = None, '', ''
    try:
        found = declared(f'{full}~{uid}', annotations)
        if found is not None:
            check_app(types, found.app, _key)
            app, unit = found.app, found.unit
    except ConfigError as error:
        where = error.where
        problem = f'{annotation_of(where)}: {error.problem}' if where else error.problem
    seen_ms, seen_problem = observed_ms(annotations)
    owner = _controller(meta)
    status = _part(raw, 'status', 'Pod', needed=False)
    priority = spec.get('priority')
    group = group_of(meta, spec)
    return Pod(
        uid,
        full,
        node=str(spec.get('nodeName') or ''),
        app=app,
        problem=problem,
        unit=unit,
        owner=str(owner.get('uid', '')),
        owner_kind=str(owner.get('kind', '')),
        ending=bool(meta.get('deletionTimestamp')),
        over=status.get('phase') in _OVER,
        observed_ms=seen_ms,
        observed_problem=seen_problem,
        node_selector=_part(spec, 'nodeSelector', 'Pod.spec', needed=False),
        tolerations=_maps(spec.get('tolerations')),
        priority=priority if isinstance(priority, int) else 0,
        nominated=str(status.get('nominatedNodeName') or ''),
        group=f'{meta.get("namespace") or "default"}/{group}' if group else '',
    )


def read_node(raw: Mapping[str, Any]) -> Node:
    """
    Return a node from the API's JSON.

    :raises ConfigError: when it is not a node
    """
    meta, spec = _part(raw, 'metadata', 'Node'), _part(raw, 'spec', 'Node', needed=False)
    annotations = _part(meta, 'annotations', 'Node.metadata', needed=False)
    conditions = _maps(_part(raw, 'status', 'Node', needed=False).get('conditions'))
    ready = [one.get('status') == 'True' for one in conditions if one.get('type') == 'Ready']
    observed, problem = read_times_ms(annotations.get(names.NODE_OBSERVED))
    return Node(
        _text(meta, 'name', 'Node'),
        type=str(annotations.get(names.TYPE, '')),
        profiles=str(annotations.get(names.PROFILES, '')),
        observed=observed,
        observed_problem=problem,
        stamp=str(annotations.get(names.NODE_OBSERVED_AT, '')),
        ready=all(ready),
        unschedulable=bool(spec.get('unschedulable')),
        labels=_part(meta, 'labels', 'Node.metadata', needed=False),
        taints=_maps(spec.get('taints')),
    )


def _key(*key: str) -> str:
    """Return a key of an application, for messages."""
    return '.'.join(key)


def read_all(read: Callable[[Mapping[str, Any]], _T], items: Iterable[Any]) -> Iterator[_T]:
    """Yield the readable objects: one faulty object must not hide all others."""
    for item in items:
        try:
            yield read(item)
        except ConfigError as error:
            _log.warning('left out of a list: %s', error)


def _controller(meta: Mapping[str, Any]) -> Mapping[str, Any]:
    owners = _maps(meta.get('ownerReferences'))
    return next((one for one in owners if one.get('controller')), {})


def _part(raw: Any, key: str, where: str, *, needed: bool = True) -> Mapping[str, Any]:
    value = raw.get(key) if isinstance(raw, Mapping) else None
    if value is None and not needed:
        return {}
    if not isinstance(value, Mapping):
        raise ConfigError(f'{where}.{key}', 'is missing' if value is None else 'is not an object')
    return value


def _maps(value: Any) -> tuple[Mapping[str, Any], ...]:
    return (
        tuple(one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()
    )


def _text(meta: Mapping[str, Any], key: str, where: str) -> str:
    value = meta.get(key)
    if not isinstance(value, str) or not value:
        raise ConfigError(f'{where}.metadata.{key}', 'is missing')
    return value
