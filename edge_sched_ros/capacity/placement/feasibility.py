# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Whether a node can take one more application.

The test of the Ibis authors' code: memory, then utilisation, then for every application of the
node its mean response against its objective and against its front-end's rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from edge_sched_ros.capacity.placement.means import busy
from edge_sched_ros.capacity.placement.means import means_ms
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Demand
from edge_sched_ros.capacity.placement.problem import Limits
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.tails import responses as tail_responses
from edge_sched_ros.capacity.placement.tails import SHARES
from edge_sched_ros.capacity.placement.tails import tail_ms
from edge_sched_ros.capacity.response import Response

#: reasons, from the least to the most promising
Kind = Literal['batch', 'memory', 'busy', 'late', 'front_end']
#: tolerance for rounding of a sum at a limit
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a node cannot take an application."""

    kind: Kind
    text: str


def refusal(node: NodeState, app: App, option: Option, limits: Limits) -> Refusal | None:
    """Return why a node cannot take an application, or ``None`` when it can."""
    found = short_of_memory(node, app, option)
    if found is not None:
        return found
    found = clearly_refused(node, app, option, limits)
    if found is not None:
        return found
    asked = _with_option(node, option)
    shares = {name: busy(node.spec.units[name], demands) for name, demands in asked.items()}
    found = _too_busy(node, asked, shares, limits)
    if found is not None:
        return found
    responses = dict.fromkeys(node.hosted, node.spec.network_ms)
    responses[app.name] = node.spec.network_ms
    for name, unit in node.spec.units.items():
        demands = asked.get(name)
        if demands is None:
            demands, means = node.demands[name], node.means_ms(name)
        else:
            means = means_ms(unit, demands, shares[name])
        for demand, mean_ms in zip(demands, means):
            responses[demand.app] += mean_ms
    return _first_late(node, asked, responses, limits, app)


def clearly_refused(node: NodeState, app: App, option: Option, limits: Limits) -> Refusal | None:
    """Return why a unit would be too busy or the application itself late, if sums show it."""
    found = node.outlook(option)
    if found is None:
        return None
    if found.share > limits.utilisation + 2 * _SLACK:
        return _busy(node, found.unit, found.share, limits)
    # slightly less: the exact sum may be rounded differently
    return _late(node, app, found.response_ms * (1 - _SLACK), limits)


def broken(node: NodeState, limits: Limits) -> str:
    """Return the limit that a node violates at present; empty for none."""
    if node.memory_mib is not None and node.used_mib > node.memory_mib + _SLACK:
        return f'{node.name} has {node.memory_mib:.0f} MiB, {node.used_mib:.0f} are in use'
    for unit, share in node.utilisation.items():
        if share > limits.utilisation + _SLACK:
            return f'{node.name}/{unit} is busy {share:.3g}, above {limits.utilisation:g}'
    found = _first_late(node, {}, node.responses_ms(), limits, None)
    return found.text if found else ''


def short_of_memory(node: NodeState, app: App, option: Option) -> Refusal | None:
    """Return why a node has too little memory; the knapsacks check only this."""
    if node.memory_mib is None:
        return None
    needed, free = node.added_mib(app, option), node.memory_mib - node.used_mib
    if needed <= free + _SLACK:
        return None
    return Refusal('memory', f'{node.name} has {free:.0f} MiB left, {needed:.0f} are needed')


def overdue(app: App, response_ms: float, share: float = 1.0) -> str:
    """
    Return how an application misses its deadline; empty when it does not.

    :param share: usable share of the deadline
    """
    deadline_ms = app.task.deadline_ms
    if deadline_ms is None:
        return '' if response_ms != float('inf') else 'never answers'
    if response_ms <= deadline_ms * share:
        return ''
    of = '' if share == 1 else f'{share:g} of '
    text = f'{app.objective} {response_ms:.4g} ms is above'
    return f'{text} {of}the deadline {deadline_ms:g} ms'


def _overdue_tail(app: App, response: Response | None, share: float) -> str:
    """Return how an application misses its deadline; computes a quantile only for the text."""
    deadline_ms, objective = app.task.deadline_ms, app.objective
    if response is not None and deadline_ms is None:
        return ''
    if response is not None and deadline_ms is not None:
        within = response.share_within(deadline_ms * share)
        if within >= SHARES[objective]:
            return ''
    return overdue(app, tail_ms(response, objective), share)


def _with_option(node: NodeState, option: Option) -> dict[str, list[Demand]]:
    """Return the demands that the units of an option would serve."""
    asked: dict[str, list[Demand]] = {}
    for demand in option:
        if demand.unit not in asked:
            asked[demand.unit] = list(node.demands[demand.unit])
        asked[demand.unit].append(demand)
    return asked


def _too_busy(
    node: NodeState, asked: dict[str, list[Demand]], shares: dict[str, float], limits: Limits
) -> Refusal | None:
    for name, share in shares.items():
        if node.spec.units[name].batch > 1:
            networks = {demand.network for demand in asked[name]}
            if len(networks) > 1:
                return Refusal('batch', f'{node.name}/{name} batches {asked[name][0].network}')
        if share > limits.utilisation + _SLACK or share >= 1:
            return _busy(node, name, share, limits)
    return None


def _busy(node: NodeState, unit: str, share: float, limits: Limits) -> Refusal:
    limit = f'above {limits.utilisation:g}' if share < 1 else 'more than there is'
    return Refusal('busy', f'{node.name}/{unit} would be busy {share:.3g}, {limit}')


def _late(node: NodeState, app: App, mean_ms: float, limits: Limits) -> Refusal | None:
    """Return whether an application is refused for its mean response."""
    in_flight = app.rate_per_s / 1e3 * mean_ms
    if limits.front_end is not None and in_flight >= limits.front_end:
        text = f'{app.name} would have {in_flight:.3g} requests in flight, not below'
        return Refusal('front_end', f'{node.name}: {text} {limits.front_end:g}')
    late = overdue(app, mean_ms, limits.deadline_share) if app.objective == 'mean' else ''
    return Refusal('late', f'{node.name}: {app.name}: {late}') if late else None


def _first_late(
    node: NodeState,
    asked: dict[str, list[Demand]],
    responses: dict[str, float],
    limits: Limits,
    new: App | None,
) -> Refusal | None:
    """Return the first application that would be late, or have too many requests in flight."""
    wanted = {name: one.app.objective for name, one in node.hosted.items()}
    if new is not None:
        wanted[new.name] = new.objective
    tails: dict[str, Response | None] = {}
    if any(objective != 'mean' for objective in wanted.values()):
        wanted = {name: objective for name, objective in wanted.items() if objective != 'mean'}
        tails = tail_responses(node.spec, {**node.demands, **asked}, wanted)
    for name, mean_ms in responses.items():
        app = new if new is not None and name == new.name else node.hosted[name].app
        found = _late(node, app, mean_ms, limits)
        if found is not None:
            return found
        if name in tails:
            late = _overdue_tail(app, tails[name], limits.deadline_share)
            if late:
                return Refusal('late', f'{node.name}: {name}: {late}')
    return None
