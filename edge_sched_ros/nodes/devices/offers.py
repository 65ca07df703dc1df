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
from edge_sched_ros.nodes.devices.columns import UnreadableError


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
        device=record.device,
        instance=record.instance,
        previous=record.previous,
        protocol=record.protocol,
        units=[unit.name for unit in offer.units],
        kinds=[unit.kind for unit in offer.units],
        slots=[unit.slots for unit in offer.units],
        networks=list(offer.digests),
        digests=list(offer.digests.values()),
        cost_networks=[row[0] for row in costs],
        cost_segments=[row[1] for row in costs],
        cost_units=[row[2] for row in costs],
        costs_ns=[row[3] for row in costs],
        hand_over_from=[row[0] for row in moves],
        hand_over_to=[row[1] for row in moves],
        hand_over_ns=[row[2] for row in moves],
    )


def read_offer(message: Any) -> Offer:
    """
    Return the offer in a message.

    :raises UnreadableError: when it makes no sense
    """
    units = tuple(
        Unit(name, kind, slots)
        for name, kind, slots in columns(message, 'units', 'kinds', 'slots')
    )
    names = {unit.name for unit in units}
    if len(names) != len(units) or not all(u.kind in UNIT_KINDS and u.slots for u in units):
        raise UnreadableError('units', 'two have one name, or a kind is not known')
    costs: dict[tuple[str, str], dict[str, int]] = {}
    for network, segment, unit, cost_ns in columns(
        message, 'cost_networks', 'cost_segments', 'cost_units', 'costs_ns'
    ):
        if unit not in names or cost_ns < 0:
            raise UnreadableError('costs_ns', f"a cost of {cost_ns} ns on the unit '{unit}'")
        costs.setdefault((network, segment), {})[unit] = cost_ns
    moves = columns(message, 'hand_over_from', 'hand_over_to', 'hand_over_ns')
    offer = DeviceOffer(
        message.device,
        units,
        costs,
        {(source, target): max(0, ns) for source, target, ns in moves},
        dict(columns(message, 'networks', 'digests')),
    )
    if not message.device:
        raise UnreadableError('device', 'has no name')
    return Offer(
        message.device, message.instance, offer, message.protocol, previous=message.previous
    )


def write_status(record: DeviceStatus) -> Any:
    """Return a sign of life as message."""
    return StatusMessage(
        device=record.device,
        instance=record.instance,
        sent_ns=record.sent_ns,
        coordinator=record.coordinator,
        session=record.session,
        epoch=record.epoch,
        beat_sent_ns=record.beat_sent_ns,
        beat_received_ns=record.beat_received_ns,
        units=[load.unit for load in record.units],
        states=[load.state for load in record.units],
        free_at_ns=[load.free_at_ns for load in record.units],
        busy_ns=[load.busy_ns for load in record.units],
        stages=[load.stages for load in record.units],
        count_names=list(record.counts),
        counts=list(record.counts.values()),
        problems=list(record.problems),
    )


def read_status(message: Any) -> DeviceStatus:
    """
    Return the sign of life in a message.

    :raises UnreadableError: when it makes no sense
    """
    rows = columns(message, 'units', 'free_at_ns', 'states', 'busy_ns', 'stages')
    return DeviceStatus(
        device=message.device,
        instance=message.instance,
        sent_ns=message.sent_ns,
        coordinator=message.coordinator,
        session=message.session,
        epoch=message.epoch,
        beat_sent_ns=message.beat_sent_ns,
        beat_received_ns=message.beat_received_ns,
        units=tuple(UnitLoad(*row) for row in rows),
        counts=dict(columns(message, 'count_names', 'counts')),
        problems=tuple(message.problems),
    )


def write_beat(record: Beat) -> Any:
    """Return a beat as message."""
    return CoordinatorBeat(
        coordinator=record.coordinator,
        session=record.session,
        protocol=record.protocol,
        home=record.home,
        sent_ns=record.sent_ns,
        devices=list(record.epochs),
        instances=[record.instances.get(name, 0) for name in record.epochs],
        epochs=list(record.epochs.values()),
    )


def read_beat(message: Any) -> Beat:
    """
    Return the beat in a message.

    :raises UnreadableError: when it makes no sense
    """
    rows = columns(message, 'devices', 'epochs', 'instances')
    return Beat(
        message.coordinator,
        message.session,
        message.sent_ns,
        message.home,
        {name: epoch for name, epoch, _ in rows},
        message.protocol,
        instances={name: instance for name, _, instance in rows if instance},
    )
