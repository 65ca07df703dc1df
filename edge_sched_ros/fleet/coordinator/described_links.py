# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The links that a system file describes, as a coordinator begins with them."""

from __future__ import annotations

from functools import partial

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.links import Link
from edge_sched_ros.core.near import did_you_mean


def described_links(file: str, home: str) -> dict[tuple[str, str], Link]:
    """
    Return (source, target) -> what is known of the way between two devices.

    A way over several links has the latency of all and the rate of all; lost packets are sent
    again, which takes that share of the rate.

    :param file: a system file with ``devices`` and ``links``
    :param home: name of the local device
    :raises ConfigError: when it cannot be read, or has no such device or no links
    """
    # a robot without such a file does not need what reads it
    from edge_sched_ros.simulation.fleet.links import Link as Described
    from edge_sched_ros.simulation.fleet.links import Links
    from edge_sched_ros.system.counted import counted
    from edge_sched_ros.system.links import link_table
    from edge_sched_ros.system.loading import load_system

    system = load_system(file)
    devices = [
        name
        for names in counted(system.named_devices(), partial(system.at, 'devices')).values()
        for name in names
    ]
    if not system.links:
        raise ConfigError('links_file', f'{file} describes no links')
    if home not in devices:
        hint = did_you_mean(home, devices) or f' (it has: {", ".join(devices[:8])})'
        raise ConfigError('links_file', f"{file} has no device '{home}' (home){hint}")
    links = [
        Described(source, target, speed.latency_ns, speed.bytes_per_s * (1 - speed.loss))
        for (source, target), speed in link_table(system).items()
    ]
    known = Links(devices, links).known()
    return {pair: Link(way.latency_ns, way.bytes_per_s) for pair, way in known.items()}
