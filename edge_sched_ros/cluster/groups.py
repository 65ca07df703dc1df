# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Groups of pods that are bound together, or not at all. Time is a parameter, in seconds.

The scheduler asks for one pod of a group after the other and binds none until enough of them have
a node. It does not tell an extender that a group has failed: it asks again later. Two signs of it
end promises early: a pod of the group was refused, or a pod is asked for again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.reservations import Reservations

#: seconds within which the scheduler binds a group that has not failed
BINDING_S = 5.0


class Groups:
    """
    How long promises to pods of groups last.

    :param reservations: the promises
    """

    def __init__(self, reservations: Reservations) -> None:
        self._reservations = reservations
        #: group -> time of the last refusal of one of its pods
        self._refused: dict[str, float] = {}

    def refused(self, group: str, now: float) -> None:
        """Let the promises to a group end soon: one of its pods fits nowhere."""
        for known, at in list(self._refused.items()):
            if now - at > BINDING_S:
                del self._refused[known]
        self._refused[group] = now
        for one in self._reservations:
            if one.group == group:
                one.until = min(one.until, now + BINDING_S)

    def until(self, group: str, now: float, reserve_s: float, *, again: bool) -> float:
        """
        Return the end of a new promise to a pod.

        :param group: of the pod; empty for none
        :param again: whether the pod had a promise and was not bound
        """
        failed = again or now - self._refused.get(group, -math.inf) <= BINDING_S
        return now + (min(BINDING_S, reserve_s) if group and failed else reserve_s)


def group_of(meta: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    """Return the name of a pod's group: of Kubernetes 1.36, 1.35, or of a label; else empty."""
    group = spec.get('schedulingGroup')
    if isinstance(group, Mapping) and group.get('podGroupName'):
        return str(group['podGroupName'])
    workload = spec.get('workloadRef')
    if isinstance(workload, Mapping):
        words = (workload.get(key) for key in ('name', 'podGroup', 'podGroupReplicaKey'))
        return '/'.join(str(word) for word in words if word)
    labels = meta.get('labels')
    return str(labels.get(names.GROUP_LABEL, '')) if isinstance(labels, Mapping) else ''
