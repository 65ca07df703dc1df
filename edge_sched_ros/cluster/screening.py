# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which nodes can take a pod, and the score of each, by the placement model."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.capacity.placement.algorithms.balanced import dominant_share
from edge_sched_ros.capacity.placement.algorithms.base import Algorithm
from edge_sched_ros.capacity.placement.algorithms.base import Choice
from edge_sched_ros.capacity.placement.feasibility import Refusal
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.cluster.allocations import Allocations
from edge_sched_ros.cluster.hosts import Hosts
from edge_sched_ros.cluster.wire import MOST

_SAYS = 'edge-sched: '
#: texts for the scheduler's events, which count equal texts together
_WORDS = {
    'batch': 'batches another network',
    'memory': 'lacks memory',
    'busy': 'a unit would be too busy',
    'late': 'results would be too late',
    'front_end': 'too many requests would be in flight',
}


@dataclass(slots=True)
class Screening:
    """
    The result for all nodes.

    :param fits: node -> feasible ways to serve the pod
    :param failed: node -> short reason why not
    :param hopeless: those of them that no eviction of pods of lower priority would help
    :param detail: full reason of one of them; empty if none was checked
    """

    fits: dict[str, list[Option]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    hopeless: set[str] = field(default_factory=set)
    detail: str = ''


def screen(
    allocations: Allocations,
    app: App,
    priority: int,
    names: Iterable[str],
    excluded: Mapping[str, str],
) -> Screening:
    """
    Check every node for an application; its own reservation is released first.

    :param priority: of its pod
    :param excluded: node -> why it takes no new pods now
    """
    names = list(names)
    view, found = allocations.view(names), Screening()
    hopeless: dict[int, bool] = {}
    ways_of = view.options(app)
    for name in names:
        node = view.nodes.get(name)
        if node is None or name in excluded:
            reason = (
                allocations.unusable.get(name, 'is not known yet')
                if node is None
                else excluded[name]
            )
            found.failed[name] = _SAYS + reason
            found.hopeless.add(name)
            continue
        key = id(node.spec)
        fits, refusals = _ask(node, app, ways_of[key], view)
        if fits:
            found.fits[name] = fits
            continue
        if key not in hopeless:
            hopeless[key] = view.hopeless(node.spec, app)
        if hopeless[key] or not any(
            pod is not None and pod.priority < priority
            for pod in map(allocations.bound, node.hosted)
        ):
            found.hopeless.add(name)
        found.failed[name] = _SAYS + (_WORDS[refusals[0].kind] if refusals else _cannot(app))
        found.detail = found.detail or (shown(refusals[0].text) if refusals else '')
    return found


def scores(
    view: Hosts, algorithm: Algorithm, app: App, fits: Mapping[str, list[Option]]
) -> tuple[Choice | None, dict[str, int]]:
    """
    Return the algorithm's choice and a score for every feasible node.

    Only the choice has the highest score; others have a lower one by how full they would be.

    :param view: view of the feasible nodes
    """
    found = algorithm.choose(view, app)
    choice = found if isinstance(found, Choice) else None
    values = {
        name: _room(view.nodes[name], app, ways, view)
        for name, ways in fits.items()
        if name in view.nodes
    }
    if choice is not None:
        values[choice.node] = MOST
    return choice, values


def shown(text: str) -> str:
    """Return a text without the uids in names of applications."""
    return re.sub(r'~[^\s:,)]*', '', text)


def _ask(
    node: NodeState, app: App, ways: Sequence[Option], view: Hosts
) -> tuple[list[Option], list[Refusal]]:
    answers = view.ask(node, app, ways)
    fits = [way for way, refused in zip(ways, answers) if refused is None]
    return fits, [refused for refused in answers if refused is not None]


def _room(node: NodeState, app: App, ways: Iterable[Option], view: Hosts) -> int:
    """Return 1 to 9: the remaining share of the scarcest resource, in tenths."""
    share = min(dominant_share(node, app, way, view.limits) for way in ways)
    return max(1, min(MOST - 1, int(MOST * (1 - share))))


def _cannot(app: App) -> str:
    return f"cannot run '{app.task.network}'"
