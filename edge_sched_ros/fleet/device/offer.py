# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a device offers: units, and what each segment of its networks costs on them."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.core.units import Unit
from edge_sched_ros.fleet.device.networks import Served


def offer_of(
    name: str,
    units: tuple[Unit, ...],
    networks: Mapping[str, Served],
    *,
    all_segments: bool = True,
) -> DeviceOffer:
    """
    Return the offer of a device that serves these networks.

    :param all_segments: else only what no other device can run: what must stay at home
    """
    costs: dict[tuple[str, str], dict[str, int]] = {}
    digests: dict[str, str] = {}
    for served in networks.values():
        graph = served.form.graph
        offered = {one.name for one in graph.segments if all_segments or one.home_only}
        if offered:
            digests[graph.name] = graph.digest
        for segment, on_units in served.costs_ns.items():
            if segment in offered:
                costs[(graph.name, segment)] = dict(on_units)
    return DeviceOffer(name, units, costs, digests=digests)
