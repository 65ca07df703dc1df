# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Requests of kube-scheduler, and objects of its API."""

from __future__ import annotations

import json

from edge_sched_ros.cluster.observed import read_times_ms
from edge_sched_ros.cluster.reading import read_node
from edge_sched_ros.cluster.wire import read_question
from fuzz.target import Target

_POD = {'metadata': {'name': 'p', 'namespace': 'n', 'annotations': {'a': '1'}}, 'spec': {}}
NODE = {'metadata': {'name': 'one', 'labels': {}}, 'status': {'allocatable': {'cpu': '2'}}}
#: what kube-scheduler asks
QUESTION = {'Pod': _POD, 'NodeNames': ['one', 'two']}


def _node(data: bytes) -> None:
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError):
        return
    if isinstance(raw, dict):
        read_node(raw)


def _times(data: bytes) -> None:
    read_times_ms(data.decode(errors='replace'))


TARGETS = (
    Target(
        'extender_request',
        (
            json.dumps(QUESTION).encode(),
            json.dumps({'Pod': _POD, 'Nodes': {'items': [NODE]}}).encode(),
        ),
        read_question,
    ),
    Target('kubernetes_node', (json.dumps(NODE).encode(),), _node),
    Target('observed_times', (b'{"detector": 12.5}', b'a=1,b=2'), _times),
)
