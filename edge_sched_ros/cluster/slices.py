# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The units of a node as devices: its ResourceSlice (dynamic resource allocation, DRA)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.publication import Facts
from edge_sched_ros.core.errors import ConfigError

#: devices of a slice, when some have taints
_MOST = 64
#: characters of an attribute
_LETTERS = 64


def slice_name(node: str) -> str:
    """Return the name of a node's slice."""
    return f'{node}-{names.GROUP}'


def make_slice(
    facts: Facts, node: Mapping[str, Any], old: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """
    Return a node's slice, ``None`` when the old one says the same.

    The node owns it, so that it goes with the node. Its generation rises with every change.

    :raises ConfigError: when there are too many units for a slice
    """
    meta = node['metadata']
    owner = {'apiVersion': 'v1', 'kind': 'Node', 'name': meta['name'], 'uid': meta['uid']}
    devices = _devices(facts)
    if len(devices) > _MOST:
        problem = f'{len(devices)} units are more than the {_MOST} of a ResourceSlice'
        raise ConfigError('--publish', problem)
    wanted: dict[str, Any] = {
        'apiVersion': 'resource.k8s.io/v1',
        'kind': 'ResourceSlice',
        'metadata': {'name': slice_name(meta['name']), 'ownerReferences': [owner]},
        'spec': {
            'driver': names.GROUP,
            'nodeName': meta['name'],
            'pool': {'name': meta['name'], 'generation': 1, 'resourceSliceCount': 1},
            'devices': devices,
        },
    }
    if old is None:
        return wanted
    known = old['metadata']
    if _told(old) == _told(wanted):
        return None
    wanted['metadata']['resourceVersion'] = known['resourceVersion']
    pool = old['spec'].get('pool') or {}
    wanted['spec']['pool']['generation'] = int(pool.get('generation') or 0) + 1
    return wanted


def _devices(facts: Facts) -> list[dict[str, Any]]:
    # a unit that is named late and cannot be used either is defective
    states = {**facts.states, **dict.fromkeys(facts.defects, 'defective')}
    found = []
    for name, kind in sorted({**facts.units, **facts.defects}.items()):
        texts = {'kind': kind, 'type': facts.type, 'module': facts.module, **facts.versions}
        device: dict[str, Any] = {
            'name': name,
            'attributes': {
                key: {'string': text[:_LETTERS]} for key, text in texts.items() if text
            },
        }
        if name in states:
            device['taints'] = [{'key': names.TAINTS[states[name]], 'effect': 'NoSchedule'}]
        found.append(device)
    return found


def _told(item: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a slice says, without what the API server adds."""
    owners = item['metadata'].get('ownerReferences') or []
    spec = item['spec']
    devices = [
        (
            device.get('name'),
            device.get('attributes') or {},
            [(taint.get('key'), taint.get('effect')) for taint in device.get('taints') or []],
            device.get('capacity') or {},
        )
        for device in spec.get('devices') or []
    ]
    pool = spec.get('pool') or {}
    where = (spec.get('nodeName'), pool.get('name'), pool.get('resourceSliceCount'))
    return [owner.get('uid') for owner in owners], where, devices
