# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pods and nodes from the JSON of the API server."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import TypeVar

from edge_sched_ros.capacity.placement.placement_file import check_app
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.declaration import annotation_of
from edge_sched_ros.cluster.declaration import declared
from edge_sched_ros.cluster.declaration import observed_ms
from edge_sched_ros.cluster.groups import group_of
from edge_sched_ros.cluster.observed import read_times_ms
from edge_sched_ros.cluster.records import Node
from edge_sched_ros.cluster.records import Pod
from edge_sched_ros.core.errors import ConfigError

_T = TypeVar('_T')
_log = logging.getLogger(__name__)
_OVER = ('Succeeded', 'Failed')


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
