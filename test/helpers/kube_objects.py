# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pods, nodes and questions as Kubernetes writes them, for tests of the extender."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import yaml
from placements import COSTS
from placements import DEVICES

from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.cluster.types_file import load_types

GROUP = 'edge-sched.io'
NODES = ('gpu-0', 'gpu-1', 'tpu-0', 'tpu-1')
OWNER = {'kind': 'ReplicaSet', 'name': 'cam-7f', 'uid': 'rs-1', 'controller': True}


def types_data(**keys: Any) -> dict[str, Any]:
    """Return the types of nodes of ``placements``, one of each."""
    devices = {
        name: {key: value for key, value in device.items() if key != 'count'}
        for name, device in copy.deepcopy(DEVICES).items()
    }
    return {'devices': devices, 'costs': COSTS, **keys}


def make_types(folder: Path, **keys: Any) -> Problem:
    """Return them as a file gives them."""
    path = folder / 'types.yaml'
    path.write_text(yaml.safe_dump(types_data(**keys)))
    return load_types(path)


def annotations(**keys: Any) -> dict[str, str]:
    """Return a declaration: ``rate_per_s=6`` becomes ``edge-sched.io/rate-per-s: '6'``."""
    wanted = {'network': 'small', 'preprocess': 'decode', 'rate_per_s': 6, 'latency_ms': 300}
    return {
        f'{GROUP}/{key.replace("_", "-")}': str(value)
        for key, value in {**wanted, **keys}.items()
        if value is not None
    }


def pod(
    name: str,
    *,
    node: str = '',
    declared: bool = True,
    owner: dict[str, Any] | None = OWNER,
    namespace: str = 'default',
    spec: dict[str, Any] | None = None,
    **keys: Any,
) -> dict[str, Any]:
    """Return a pod."""
    meta: dict[str, Any] = {'name': name, 'namespace': namespace, 'uid': f'uid-{name}'}
    if declared:
        meta['annotations'] = annotations(**keys)
    if owner is not None:
        meta['ownerReferences'] = [owner]
    found = {'containers': [{'name': 'c', 'image': 'none'}], **(spec or {})}
    if node:
        found['nodeName'] = node
    return {'metadata': meta, 'spec': found, 'status': {'phase': 'Pending'}}


def node(name: str, kind: str | None = None, **more: str) -> dict[str, Any]:
    """Return a node that is ready; its type is its name up to the dash."""
    kind = name.rpartition('-')[0] if kind is None else kind
    said = {f'{GROUP}/type': kind} if kind else {}
    said |= {f'{GROUP}/{key}': value for key, value in more.items()}
    conditions = [{'type': 'MemoryPressure', 'status': 'False'}]
    conditions.append({'type': 'Ready', 'status': 'True'})
    return {
        'metadata': {'name': name, 'uid': f'uid-{name}', 'annotations': said, 'labels': {}},
        'spec': {},
        'status': {'conditions': conditions, 'capacity': {'cpu': '4'}},
    }


def by_names(pod: dict[str, Any], *names: str) -> bytes:
    """Return what kube-scheduler sends with ``nodeCacheCapable: true``."""
    return json.dumps({'Pod': pod, 'Nodes': None, 'NodeNames': list(names)}).encode()


def by_victims(pod: dict[str, Any], **victims: list[str]) -> bytes:
    """Return what kube-scheduler asks before it evicts: node (``_`` for ``-``) -> names."""
    found = {
        node.replace('_', '-'): {
            'Pods': [{'UID': f'uid-{name}'} for name in names] or None,
            'NumPDBViolations': 0,
        }
        for node, names in victims.items()
    }
    return json.dumps({'Pod': pod, 'NodeNameToMetaVictims': found}).encode()


def by_nodes(pod: dict[str, Any], *nodes: dict[str, Any]) -> bytes:
    """Return what kube-scheduler sends with ``nodeCacheCapable: false``."""
    items = {'metadata': {}, 'items': list(nodes)}
    return json.dumps({'Pod': pod, 'Nodes': items, 'NodeNames': None}).encode()
