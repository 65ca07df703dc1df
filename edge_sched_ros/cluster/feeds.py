# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the API server is watched for, and how each kind of object is read and taken."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Generic
from typing import TypeVar

from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.cluster.allocations import Allocations
from edge_sched_ros.cluster.claims import Claim
from edge_sched_ros.cluster.claims import read_claim
from edge_sched_ros.cluster.reading import read_node
from edge_sched_ros.cluster.reading import read_pod
from edge_sched_ros.cluster.records import Node
from edge_sched_ros.cluster.records import Pod

_T = TypeVar('_T')
#: the kind that a cluster may lack
CLAIMS = 'resourceclaims'
KINDS = ('nodes', 'pods', CLAIMS)


@dataclass(frozen=True)
class Feed(Generic[_T]):
    """
    The way of a kind of object into the allocations.

    :param read: returns an object from the API's JSON
    :param replace: takes a list of all
    :param note: takes one that is new or has changed
    :param forget: takes one that is gone
    """

    read: Callable[[Mapping[str, Any]], _T]
    replace: Callable[[Iterable[_T]], None]
    note: Callable[[_T], None]
    forget: Callable[[_T], None]


def feeds_of(allocations: Allocations, types: Problem) -> dict[str, Feed[Any]]:
    """Return the feed of every kind."""
    claims, describe = allocations.claims, allocations.describe
    return {
        'nodes': Feed[Node](
            read_node,
            allocations.replace_nodes,
            allocations.note_node,
            lambda node: allocations.forget_node(node.name),
        ),
        'pods': Feed[Pod](
            lambda raw: read_pod(raw, types),
            allocations.replace_pods,
            allocations.note_pod,
            lambda pod: allocations.forget_pod(pod.uid),
        ),
        CLAIMS: Feed[Claim](
            read_claim,
            lambda listed: describe(claims.replace(listed)),
            lambda claim: describe(claims.note(claim)),
            lambda claim: describe(claims.forget(claim.uid)),
        ),
    }
