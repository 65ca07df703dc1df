# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Offers, signs of life and beats as messages, and back."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.core.units import Unit
from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.fleet.wire.offers import Beat
from edge_sched_ros.fleet.wire.offers import DeviceStatus
from edge_sched_ros.fleet.wire.offers import Offer
from edge_sched_ros.fleet.wire.offers import UnitLoad
from edge_sched_ros.msg import CoordinatorBeat
from edge_sched_ros.msg import DeviceOffer as OfferMessage
from edge_sched_ros.msg import DeviceStatus as StatusMessage
from edge_sched_ros.nodes.devices.columns import columns
from edge_sched_ros.nodes.devices.columns import common
from edge_sched_ros.nodes.devices.columns import table
from edge_sched_ros.nodes.devices.columns import UnreadableError

_OFFER = ('device', 'instance', 'previous', 'protocol')
_STATUS = (
    'device', 'instance', 'sent_ns', 'coordinator', 'session', 'epoch', 'beat_sent_ns',
    'beat_received_ns',
)  # fmt: skip
_LOADS = ('units', 'free_at_ns', 'states', 'busy_ns', 'stages')
_BEAT = ('coordinator', 'session', 'protocol', 'home', 'sent_ns')
_UNITS = ('units', 'kinds', 'slots')
_COSTS = ('cost_networks', 'cost_segments', 'cost_units', 'costs_ns')
_HAND_OVERS = ('hand_over_from', 'hand_over_to', 'hand_over_ns')


def write_offer(record: Offer) -> Any:
    """Return an offer as message."""
    offer = record.offer
    costs = [
        (network, segment, unit, cost_ns)
        for (network, segment), on_units in offer.costs_ns.items()
        for unit, cost_ns in on_units.items()
    ]
    moves = [(source, target, ns) for (source, target), ns in offer.hand_over_ns.items()]
    return OfferMessage(
        **common(record, _OFFER),
        **table([(unit.name, unit.kind, unit.slots) for unit in offer.units], *_UNITS),
        **table(offer.digests.items(), 'networks', 'digests'),
        **table(costs, *_COSTS),
        **table(moves, *_HAND_OVERS),
    )


def read_offer(message: Any) -> Offer:
    """
    Return the offer in a message.

    :raises UnreadableError: when it makes no sense
    """
    units = tuple(Unit(name, kind, slots) for name, kind, slots in columns(message, *_UNITS))
    names = {unit.name for unit in units}
    if len(names) != len(units) or not all(u.kind in UNIT_KINDS and u.slots for u in units):
        raise UnreadableError('units', 'two have one name, or a kind is not known')
    costs: dict[tuple[str, str], dict[str, int]] = {}
    for network, segment, unit, cost_ns in columns(message, *_COSTS):
        if unit not in names or cost_ns < 0:
            raise UnreadableError('costs_ns', f"a cost of {cost_ns} ns on the unit '{unit}'")
        costs.setdefault((network, segment), {})[unit] = cost_ns
    moves = columns(message, *_HAND_OVERS)
    offer = DeviceOffer(
        message.device,
        units,
        costs,
        {(source, target): max(0, ns) for source, target, ns in moves},
        dict(columns(message, 'networks', 'digests')),
    )
    if not message.device:
        raise UnreadableError('device', 'has no name')
    return Offer(**common(message, _OFFER), offer=offer)


def write_status(record: DeviceStatus) -> Any:
    """Return a sign of life as message."""
    loads = [
        (load.unit, load.free_at_ns, load.state, load.busy_ns, load.stages)
        for load in record.units
    ]
    return StatusMessage(
        **common(record, _STATUS),
        **table(loads, *_LOADS),
        **table(record.counts.items(), 'count_names', 'counts'),
        problems=list(record.problems),
    )


def read_status(message: Any) -> DeviceStatus:
    """
    Return the sign of life in a message.

    :raises UnreadableError: when it makes no sense
    """
    return DeviceStatus(
        **common(message, _STATUS),
        units=tuple(UnitLoad(*row) for row in columns(message, *_LOADS)),
        counts=dict(columns(message, 'count_names', 'counts')),
        problems=tuple(message.problems),
    )


def write_beat(record: Beat) -> Any:
    """Return a beat as message."""
    claims = [
        (name, epoch, record.instances.get(name, 0)) for name, epoch in record.epochs.items()
    ]
    return CoordinatorBeat(
        **common(record, _BEAT), **table(claims, 'devices', 'epochs', 'instances')
    )


def read_beat(message: Any) -> Beat:
    """
    Return the beat in a message.

    :raises UnreadableError: when it makes no sense
    """
    rows = columns(message, 'devices', 'epochs', 'instances')
    return Beat(
        **common(message, _BEAT),
        epochs={name: epoch for name, epoch, _ in rows},
        instances={name: instance for name, _, instance in rows if instance},
    )
