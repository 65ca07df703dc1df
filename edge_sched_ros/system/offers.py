# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Devices of a system file as they offer themselves to a coordinator."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from functools import partial

from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.units import Unit
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.counted import counted
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.graph import digest_of
from edge_sched_ros.system.graph import pieces_name
from edge_sched_ros.system.network_costs import check_system_costs
from edge_sched_ros.system.stage_costs import network_called
from edge_sched_ros.system.stage_costs import stages_on
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Piece

Pieces = tuple[Piece, ...]
OnUnits = Mapping[str, Cost]


def device_offers(system: SystemFile) -> list[DeviceOffer]:
    """
    Return what every device offers, those of a ``count`` one by one.

    A device offers the segments for which one of its units has a cost, of all networks and of
    what tasks run. Graphs are called as :mod:`edge_sched_ros.system.graph` calls them.

    :raises ConfigError: for a network, a library of costs, or a unit that is not there
    """
    graphs: dict[str, Pieces] = {name: (Piece(network=name),) for name in system.networks}
    graphs |= {pieces_name(task.pieces): task.pieces for task in system.tasks.values()}
    devices = system.named_devices()
    check_system_costs(system)
    return [
        _offer(system, name, title, devices[title], graphs)
        for title, names in counted(devices, partial(system.at, 'devices')).items()
        for name in names
    ]


def _offer(
    system: SystemFile, name: str, title: str, device: Device, graphs: Mapping[str, Pieces]
) -> DeviceOffer:
    """
    Return what one device offers.

    :param title: its key in the file
    """
    costs_ns = {}
    for graph, pieces in graphs.items():
        for segment, on in segments_on(system, device, title, pieces):
            times = {unit: round(cost.latency_ms * NS_PER_MS) for unit, cost in on.items()}
            if times:
                costs_ns[graph, segment] = times
    at = system.at('devices', title) if title in system.devices else system.where
    hand_overs = device.hand_overs_ms(f'{at}.transitions')
    networks = {network for network, _ in costs_ns} & system.networks.keys()
    digests = {one: digest_of(system.networks[one].first) for one in sorted(networks)}
    return DeviceOffer(
        name,
        tuple(Unit(key, one.kind, one.slots, one.depth) for key, one in device.units.items()),
        costs_ns,
        {pair: round(ms * NS_PER_MS) for pair, ms in hand_overs.items()},
        {network: digest for network, digest in digests.items() if digest},
    )


def segments_on(
    system: SystemFile, device: Device, title: str, pieces: Pieces
) -> Iterator[tuple[str, OnUnits]]:
    """
    Yield the segments of a graph with their costs on the units of a device.

    :param title: what messages call the device
    :param pieces: the networks that the graph is made of
    """
    for index, piece in enumerate(pieces):
        prefix = f'{piece.network}_' if index < len(pieces) - 1 else ''
        where = system.at('networks', piece.network)
        network = network_called(piece.network, system.networks, system.costs, where)
        at = system.variant_at(piece.network)
        for stage in stages_on(network.first, device, system.costs, at, title):
            able = {unit: cost for unit, cost in stage.on.items() if piece.unit in ('', unit)}
            yield f'{prefix}{stage.name}', able
