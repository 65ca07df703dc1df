# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a node could take a pod at all, before any model is used; the scheduler decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.cluster.records import Node
from edge_sched_ros.cluster.records import Pod

_STRICT = ('NoSchedule', 'NoExecute')


def schedulable(node: Node, pod: Pod) -> bool:
    """
    Return whether a node is ready, schedulable, selected and tolerated.

    Affinity and resources such as CPU are not checked: a pod evicted in vain stays pending until
    its old node takes it again.
    """
    if not node.ready or node.unschedulable:
        return False
    if any(node.labels.get(key) != value for key, value in pod.node_selector.items()):
        return False
    strict = [taint for taint in node.taints if taint.get('effect') in _STRICT]
    return all(any(_tolerates(one, taint) for one in pod.tolerations) for taint in strict)


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    if toleration.get('effect') not in (None, '', taint.get('effect')):
        return False
    key = toleration.get('key')
    if toleration.get('operator') == 'Exists':
        return key in (None, '', taint.get('key'))
    same = (toleration.get('value') or '') == (taint.get('value') or '')
    return bool(key == taint.get('key') and same)
