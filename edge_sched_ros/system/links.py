# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The links of a system by direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.system.checks import not_there
from edge_sched_ros.system.counted import counted

if TYPE_CHECKING:
    from edge_sched_ros.system.system_file import SystemFile

_BYTES_PER_MEGABIT = 125_000


@dataclass(frozen=True, slots=True)
class LinkSpeed:
    """
    One direction of a link.

    :param latency_ns: of a small message
    :param bytes_per_s: of a large one; 0 where it is not limited
    :param loss: share of packets that must be sent again
    """

    latency_ns: int
    bytes_per_s: float
    loss: float


def link_table(system: SystemFile) -> dict[tuple[str, str], LinkSpeed]:
    """
    Return the links of a system by device that sends and device that receives.

    A device with a ``count`` stands for all that it makes, ``NAME-0``, ``NAME-1``, ...; one of
    them may be named, too.

    :raises ConfigError: for a device that is not there, or a second link in the same direction
    """
    devices = counted(system.named_devices(), partial(system.at, 'devices'))
    found: dict[tuple[str, str], LinkSpeed] = {}
    for index, link in enumerate(system.links):
        begins, ends = (
            _devices(name, devices, system.at('links', str(index), key))
            for key, name in (('from', link.begin), ('to', link.end))
        )
        bytes_per_s = (link.bandwidth_mbps or 0.0) * _BYTES_PER_MEGABIT
        speed = LinkSpeed(round(link.latency_ms * NS_PER_MS), bytes_per_s, link.loss)
        pairs = [(begin, end) for begin in begins for end in ends]
        if not link.one_way:
            pairs += [(end, begin) for begin, end in pairs]
        for begin, end in pairs:
            if (begin, end) in found:
                problem = f'is a second link from {begin} to {end}'
                raise ConfigError(system.at('links', str(index)), problem)
            found[begin, end] = speed
    return found


def _devices(name: str, devices: Mapping[str, tuple[str, ...]], where: str) -> tuple[str, ...]:
    """Return the devices that a name stands for."""
    if name in devices:
        return devices[name]
    if any(name in names for names in devices.values()):
        return (name,)
    raise ConfigError(where, not_there(name, devices, 'device'))
